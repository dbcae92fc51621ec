using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>
/// The legacy extensions 0 to 8 (SBI 2.0, chapter 5), which old kernels and small guests use: one number per function, a result in
/// a0 alone, and hart masks by virtual address.
/// </summary>
internal sealed class LegacyExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong LastId = 8;

    public bool Answers(ulong extension) => extension <= LastId;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        switch (call.Extension)
        {
            case 0:
                platform.SetTimer(hart, call.A0);
                return Done;
            case 1:
                platform.ConsoleWriteByte((byte)call.A0);
                return Done;
            case 2:
                return new SbiReturn((SbiError)platform.ConsoleReadByte(), Legacy: true);
            case 3:
                platform.ClearIpi(hart);
                return Done;
            case 4:
                return ForEach(hart, call.A0, platform.SendIpi);
            case 5:
                return ForEach(hart, call.A0, target => platform.FenceCode(hart, target));
            case 6 or 7:
                return ForEach(hart, call.A0, target => platform.FenceTranslations(hart, target, TranslationRange.All));
            default:
                platform.Reset(SbiReset.Shutdown);
                return Done;
        }
    }

    private static SbiReturn Done => new(SbiError.Success, Legacy: true);

    private SbiReturn ForEach(int hart, ulong maskAddress, Action<int> action)
    {
        // A null mask means all harts; a mask that cannot be read is the caller's fault and named as such.
        var mask = ulong.MaxValue;
        if (maskAddress != 0 && !platform.TryReadVirtual(hart, maskAddress, out mask))
            return new SbiReturn(SbiError.InvalidAddress, Legacy: true);
        for (var target = 0; target < platform.HartCount; target++)
        {
            if ((mask & (1UL << target)) != 0)
                action(target);
        }

        return Done;
    }
}
