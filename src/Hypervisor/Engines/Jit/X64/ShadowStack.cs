using Trapline.Hypervisor.Engines.Jit.CodeMemory;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Engines.Jit.X64;

/// <summary>
/// The processor's own copy of return addresses (Intel CET, which newer Windows switches on for .NET programs): a return that differs from it ends
/// the process. Each way back to C# drops the <see cref="HostStack"/> without returning through it, so where there is such a copy the interpreter serves.
/// </summary>
internal static unsafe class ShadowStack
{
    // XOR EAX, EAX; RDSSPQ RAX, which does nothing where there is none; RET.
    private static ReadOnlySpan<byte> ReadPointer => [0x31, 0xC0, 0xF3, 0x48, 0x0F, 0x1E, 0xC8, 0xC3];

    /// <summary>Whether this thread has one, and so each of the process.</summary>
    public static bool IsActive()
    {
        using var arena = CodeArena.Create(Page.Size);
        ReadPointer.CopyTo(new Span<byte>(arena.Writable, Page.Size));
        // SAFETY: the bytes just written are a function without parameters that returns a number.
        return ((delegate* unmanaged<long>)arena.Executable)() != 0;
    }
}
