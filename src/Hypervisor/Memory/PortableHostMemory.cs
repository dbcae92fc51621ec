using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Trapline.Hypervisor.Memory;

/// <summary>Host memory from the native heap, for hosts without <c>mmap</c>. Files are read instead of mapped.</summary>
internal sealed unsafe class PortableHostMemory : IHostMemory
{
    // The word before the block holds the address that the heap returned.
    public nint Allocate(nuint bytes)
    {
        // SAFETY: one page more than asked leaves room to align and to keep the heap's own pointer in front of the block.
        byte* raw = (byte*)NativeMemory.AllocZeroed(bytes + (2 * Page.Size));
        byte* aligned = (byte*)(((nuint)raw + (2 * Page.Size) - 1) & ~(nuint)Page.OffsetMask);
        ((nint*)aligned)[-1] = (nint)raw;
        return (nint)aligned;
    }

    public nint MapCopyOnWrite(SafeFileHandle file, long offset, nuint bytes)
    {
        nint address = Allocate(bytes);
        const int Chunk = 1 << 24;
        for (nuint done = 0; done < bytes;)
        {
            // SAFETY: the span stays inside the block just allocated.
            var span = new Span<byte>((byte*)address + done, (int)Math.Min(Chunk, bytes - done));
            int read = RandomAccess.Read(file, span, offset + (long)done);
            if (read == 0)
            {
                Free(address, bytes);
                throw new IOException($"the file ends before offset {offset} + {bytes} bytes");
            }
            done += (nuint)read;
        }
        return address;
    }

    // SAFETY: the address came from Allocate, which keeps the heap's pointer in the word before it.
    public void Free(nint address, nuint bytes) => NativeMemory.Free((void*)((nint*)address)[-1]);
}
