using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Trapline.Hypervisor.Memory;

/// <summary>One value in native memory: its address never changes, so generated code may hold it. Zero-filled at first.</summary>
/// <typeparam name="T">A blittable type.</typeparam>
public sealed unsafe class NativeCell<T> : IDisposable where T : unmanaged
{
    private const int CacheLine = 64;
    private T* _value;

    /// <summary>Allocates the value, aligned to a cache line.</summary>
    public NativeCell()
    {
        // SAFETY: the block has the size that is cleared.
        _value = (T*)NativeMemory.AlignedAlloc((nuint)sizeof(T), CacheLine);
        NativeMemory.Clear(_value, (nuint)sizeof(T));
    }

    /// <summary>Frees the value of a cell that nobody disposed.</summary>
    ~NativeCell() => Release();

    /// <summary>The value. Must not be used after <see cref="Dispose"/>.</summary>
    public ref T Value
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        // SAFETY: the cell lives until Dispose; its owner stops all users first.
        get => ref *_value;
    }

    /// <summary>The host address of the value.</summary>
    public nint Address => (nint)_value;

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        // SAFETY: freed once; the pointer is cleared with it.
        NativeMemory.AlignedFree(_value);
        _value = null;
    }
}
