namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>The base extension (SBI 2.0, chapter 4): who answers, and what it provides.</summary>
internal sealed class BaseExtension(Func<ulong, bool> provides) : ISbiExtension
{
    private const ulong Id = 0x10;
    private const ulong SpecificationVersion = 2UL << 24; // 2.0: major in bits 30 to 24, minor in the rest

    /// <summary>Not in the specification's list, which assigns small numbers; "TL" for Trapline.</summary>
    private const ulong ImplementationId = 0x544c;
    private const ulong ImplementationVersion = 1;

    public bool Answers(ulong extension) => extension == Id;

    public SbiReturn Call(int hart, in SbiCall call) => call.Function switch
    {
        0 => SbiReturn.Of(SpecificationVersion),
        1 => SbiReturn.Of(ImplementationId),
        2 => SbiReturn.Of(ImplementationVersion),
        3 => SbiReturn.Of(provides(call.A0) ? 1UL : 0),
        4 or 5 or 6 => SbiReturn.Of(0), // mvendorid, marchid, mimpid: not a commercial implementation
        _ => SbiError.NotSupported,
    };
}
