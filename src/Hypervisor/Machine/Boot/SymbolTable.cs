namespace Trapline.Hypervisor.Machine.Boot;

/// <summary>A name in a program.</summary>
/// <param name="Address">Where it begins: a virtual address.</param>
/// <param name="Size">Bytes; 0 where the file does not say.</param>
/// <param name="Name">The name as linked.</param>
public readonly record struct Symbol(ulong Address, ulong Size, string Name);

/// <summary>Names for addresses, to say where a guest went wrong.</summary>
public sealed class SymbolTable
{
    /// <summary>The most symbols kept of one file.</summary>
    public const int Limit = 1_000_000;

    /// <summary>The longest name kept, in bytes.</summary>
    public const int NameLimit = 512;

    /// <summary>How far behind a symbol without a size an address may lie and still be called by its name.</summary>
    private const ulong ReachOfUnsized = 1UL << 20;

    private readonly Symbol[] _byAddress;

    /// <summary>Builds the table.</summary>
    public SymbolTable(IEnumerable<Symbol> symbols) =>
        _byAddress = [.. symbols.OrderBy(s => s.Address).ThenBy(s => s.Size)];

    /// <summary>No names.</summary>
    public static SymbolTable Empty { get; } = new([]);

    /// <summary>How many names there are.</summary>
    public int Count => _byAddress.Length;

    /// <summary>The address of a name, or null.</summary>
    public ulong? AddressOf(string name)
    {
        foreach (var symbol in _byAddress)
        {
            if (symbol.Name == name)
                return symbol.Address;
        }

        return null;
    }

    /// <summary><c>name+0x10</c> for an address, or null where no name reaches it.</summary>
    public string? Describe(ulong address)
    {
        int low = 0, high = _byAddress.Length;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_byAddress[middle].Address <= address)
                low = middle + 1;
            else
                high = middle;
        }

        if (low == 0)
            return null;
        var symbol = _byAddress[low - 1];
        var offset = address - symbol.Address;
        if (offset >= (symbol.Size == 0 ? ReachOfUnsized : symbol.Size))
            return null;
        return offset == 0 ? symbol.Name : $"{symbol.Name}+0x{offset:x}";
    }
}
