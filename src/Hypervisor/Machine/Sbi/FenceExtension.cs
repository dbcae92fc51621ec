using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>
/// The remote fence extension (SBI 2.0, chapter 8). All targets are asked at once, and the caller goes on when the last one has done it. Fences
/// for guests of the guest are refused: there is no hypervisor extension.
/// </summary>
internal sealed class FenceExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x5246_4E43; // "RFNC"
    private const ulong FenceI = 0;
    private const ulong SfenceVma = 1;
    private const ulong SfenceVmaAsid = 2;
    private const ulong MaximumAsid = 0xFFFF;

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        if (call.Function > SfenceVmaAsid)
            return SbiError.NotSupported;
        if (!HartMask.TryRead(call.A0, call.A1, platform.HartCount, out var targets))
            return SbiError.InvalidParameter;
        // Section 8.1: a start and a size that leave the address space make no sense, except for the size that means all of it.
        var isRange = call.Function is SfenceVma or SfenceVmaAsid && call.A3 != ulong.MaxValue;
        if (isRange && call.A2 + call.A3 < call.A2)
            return SbiError.InvalidAddress;
        var range = RangeOf(in call);
        for (var target = 0; target < platform.HartCount; target++)
        {
            if (!targets.Contains(target))
                continue;
            if (call.Function == FenceI)
                platform.FenceCode(hart, target);
            else
                platform.FenceTranslations(hart, target, in range);
        }

        return SbiReturn.Success;
    }

    /// <summary>Section 8.2: start and size both 0 mean all addresses.</summary>
    private static TranslationRange RangeOf(in SbiCall call) => new(
        call.A2,
        (call.A2 | call.A3) == 0 ? ulong.MaxValue : call.A3,
        call.Function == SfenceVmaAsid ? call.A4 & MaximumAsid : null);
}
