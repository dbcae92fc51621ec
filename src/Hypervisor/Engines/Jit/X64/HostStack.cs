namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// Calls and returns of the guest as calls and returns of the host, so that the processor predicts them. A call pushes where the guest is to come
/// back and calls; a return compares that with the guest's register and returns. A call whose callee is in the same region leaves registers where
/// they are, so only a return of that region may come back to it, which it knows by the region's number:
/// <code>
///            a call to another region            one that stays in the region
///   lower    host address behind the call        the same, pushed by CALL; RET takes it
///     |      guest address behind the call       the same + 1: no address is odd
///     |                                          the region's number, never 0
///   higher                                       (alignment)
///   base                                         as one of the latter, with number 0 and <see cref="Nothing"/>, which no address equals
/// </code>
/// A stack lasts for one stay in generated code: each way back to C# drops it. So nothing has to be found in it when translations are dropped,
/// address spaces change or the TLB forgets, all of which happens between stays: while one lasts, code stays where it is and its
/// <see cref="EngineWord.LinkKey"/> holds. What changes either must leave generated code first. A guest whose calls and returns do not match finds
/// its way through the <see cref="JumpTable"/>. How deep it gets is bounded by the instructions of a stay: each call is one of them.
/// </summary>
internal static class HostStack
{
    /// <summary>In place of the guest address at the base: no address is odd.</summary>
    public const int Nothing = 1;

    /// <summary>Bytes of the largest entry; entries keep the alignment of the stack.</summary>
    public const int EntryBytes = 32;

    /// <summary>The guest address of the last call, from RSP.</summary>
    public static Mem GuestAddress { get; } = new(Gpr.Rsp, 8);

    /// <summary>The number of the region that it stayed in.</summary>
    public static Mem RegionNumber { get; } = new(Gpr.Rsp, 16);
}
