namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The timer extension (SBI 2.0, chapter 6).</summary>
internal sealed class TimeExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x5449_4D45; // "TIME"

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        if (call.Function != 0)
            return SbiError.NotSupported;
        platform.SetTimer(hart, call.A0);
        return SbiReturn.Success;
    }
}
