namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>
/// The remote fence extension (SBI 2.0, chapter 8). Ranges and address spaces are hints: the whole TLB of each target is emptied,
/// which the specification allows, since a fence may always do more than it was asked for. Fences for guests of the guest are refused: there is
/// no hypervisor extension.
/// </summary>
internal sealed class FenceExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x5246_4E43; // "RFNC"
    private const ulong FenceI = 0;
    private const ulong SfenceVma = 1;
    private const ulong SfenceVmaAsid = 2;

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
        for (var target = 0; target < platform.HartCount; target++)
        {
            if (!targets.Contains(target))
                continue;
            if (call.Function == FenceI)
                platform.FenceCode(target);
            else
                platform.FenceTranslations(target);
        }

        return SbiReturn.Success;
    }
}
