namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The inter-processor interrupt extension (SBI 2.0, chapter 7).</summary>
internal sealed class IpiExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x73_5049; // "sPI"

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        if (call.Function != 0)
            return SbiError.NotSupported;
        if (!HartMask.TryRead(call.A0, call.A1, platform.HartCount, out var targets))
            return SbiError.InvalidParameter;
        for (var target = 0; target < platform.HartCount; target++)
        {
            if (targets.Contains(target))
                platform.SendIpi(target);
        }

        return SbiReturn.Success;
    }
}
