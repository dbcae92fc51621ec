namespace Trapline.Hypervisor.Engines.Jit.CodeMemory;

/// <summary>
/// Memory for generated code, mapped once writable and once executable, so that no page is ever both and changing an
/// instruction costs a plain store.
/// </summary>
internal sealed unsafe class CodeArena : IDisposable
{
    private readonly ICodeMapper _mapper;
    private nint _writable;
    private nint _executable;

    private CodeArena(ICodeMapper mapper, int size)
    {
        _mapper = mapper;
        Size = size;
        (_writable, _executable) = mapper.Map(size);
    }

    /// <summary>Frees what nobody disposed.</summary>
    ~CodeArena() => Release();

    /// <summary>Bytes.</summary>
    public int Size { get; }

    /// <summary>The view to write through.</summary>
    public byte* Writable => (byte*)_writable;

    /// <summary>The same bytes, executable.</summary>
    public nint Executable => _executable;

    /// <summary>Whether this host has such memory.</summary>
    public static bool IsSupported => CodeMapper.OfThisHost is not null;

    /// <summary>Maps code memory.</summary>
    /// <exception cref="OutOfMemoryException">The host refuses.</exception>
    /// <exception cref="PlatformNotSupportedException">Neither Linux nor Windows.</exception>
    public static CodeArena Create(int bytes) =>
        new(CodeMapper.OfThisHost ?? throw new PlatformNotSupportedException("generated code needs Linux or Windows"), bytes);

    /// <summary>Gives the memory back. Nothing may execute in it any more.</summary>
    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        nint writable = Interlocked.Exchange(ref _writable, 0);
        if (writable == 0)
            return;
        // SAFETY: both views were mapped with this size; the owner stopped using them.
        _mapper.Unmap(writable, _executable, Size);
        _executable = 0;
    }
}
