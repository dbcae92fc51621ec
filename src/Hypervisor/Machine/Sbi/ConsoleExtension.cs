namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The debug console extension (SBI 2.0, chapter 12). Partial transfers are allowed, so one call moves a bounded piece.</summary>
internal sealed class ConsoleExtension(ISbiPlatform platform) : ISbiExtension
{
    private const ulong Id = 0x4442_434E; // "DBCN"
    private const ulong PieceLimit = 4096;

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call)
    {
        switch (call.Function)
        {
            case 0:
                var length = (int)Math.Min(call.A0, PieceLimit);
                if (call.A2 != 0)
                    return SbiError.InvalidParameter;
                return length == 0 || platform.TryConsoleWrite(call.A1, length) ? SbiReturn.Of((ulong)length) : SbiError.InvalidParameter;
            case 1:
                if (call.A2 != 0)
                    return SbiError.InvalidParameter;
                var read = call.A0 == 0 ? 0 : platform.ConsoleRead(call.A1, (int)Math.Min(call.A0, PieceLimit));
                return read < 0 ? SbiError.InvalidParameter : SbiReturn.Of((ulong)read);
            case 2:
                platform.ConsoleWriteByte((byte)call.A0);
                return SbiReturn.Success;
            default:
                return SbiError.NotSupported;
        }
    }
}
