namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The hart state management extension (SBI 2.0, chapter 9).</summary>
internal sealed class HartStateExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x48_534D; // "HSM"
    private const ulong RetentiveDefault = 0;
    private const ulong NonRetentiveDefault = 0x8000_0000;

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call) => call.Function switch
    {
        0 => Start(call.A0, call.A1, call.A2),
        1 => Stop(hart),
        2 => Status(call.A0),
        3 => Suspend(hart, call.A0, call.A1, call.A2),
        _ => SbiError.NotSupported,
    };

    private SbiReturn Start(ulong target, ulong address, ulong opaque)
    {
        if (target >= (ulong)platform.HartCount)
            return SbiError.InvalidParameter;
        if (!platform.IsExecutable(address))
            return SbiError.InvalidAddress;
        return platform.TryStart((int)target, address, opaque) ? SbiReturn.Success : SbiError.AlreadyAvailable;
    }

    private SbiReturn Stop(int hart)
    {
        platform.StopSelf(hart);
        return SbiReturn.Success;
    }

    private SbiReturn Status(ulong target) =>
        target < (ulong)platform.HartCount ? SbiReturn.Of((ulong)platform.StatusOf((int)target)) : SbiError.InvalidParameter;

    private SbiReturn Suspend(int hart, ulong type, ulong address, ulong opaque)
    {
        switch (type)
        {
            case RetentiveDefault:
                platform.SuspendSelf(hart, null);
                return SbiReturn.Success;
            case NonRetentiveDefault when platform.IsExecutable(address):
                platform.SuspendSelf(hart, (address, opaque));
                return SbiReturn.Success;
            case NonRetentiveDefault:
                return SbiError.InvalidAddress;
            default:
                // Platform-specific types are valid numbers that this platform does not have; the rest is reserved (table 2).
                return type is (>= 0x1000_0000 and <= 0x7FFF_FFFF) or (>= 0x9000_0000 and <= 0xFFFF_FFFF)
                    ? SbiError.NotSupported
                    : SbiError.InvalidParameter;
        }
    }
}
