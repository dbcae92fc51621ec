namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The system reset extension (SBI 2.0, chapter 10).</summary>
internal sealed class ResetExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x5352_5354; // "SRST"
    private const ulong Shutdown = 0;
    private const ulong WarmReboot = 2;
    private const ulong NoReason = 0;
    private const ulong SystemFailure = 1;
    private const ulong FirstSpecific = 0xE000_0000;

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        if (call.Function != 0)
            return SbiError.NotSupported;
        var (type, reason) = (call.A0, call.A1);
        if (type > WarmReboot)
            return type is >= 0xF000_0000 and <= 0xFFFF_FFFF ? SbiError.NotSupported : SbiError.InvalidParameter;
        if (reason > SystemFailure && reason is < FirstSpecific or > 0xFFFF_FFFF)
            return SbiError.InvalidParameter;
        platform.Reset(reason == NoReason ? (type == Shutdown ? SbiReset.Shutdown : SbiReset.Reboot) : SbiReset.Failure);
        return SbiReturn.Success;
    }
}
