namespace Trapline.Hypervisor.Isa;

/// <summary>One instruction: everything that decoder, disassembler and engines need to know.</summary>
public sealed class InstructionRow
{
    private readonly Action<IMeaningVisitor> _accept;

    internal InstructionRow(
        string pattern, string name, Format format, Extension extension, MeaningKind kind, Action<IMeaningVisitor> accept)
    {
        (Mask, Match, int bits) = BitPattern.Parse(pattern);
        Invariant.Require(bits == 32, $"the pattern of {name} has 32 bits");
        Pattern = pattern;
        Name = name;
        Format = format;
        Extension = extension;
        Kind = kind;
        _accept = accept;
    }

    /// <summary>The encoding as bits and fields, most significant first.</summary>
    public string Pattern { get; }

    /// <summary>The mnemonic.</summary>
    public string Name { get; }

    /// <summary>The operands.</summary>
    public Format Format { get; }

    /// <summary>The extension.</summary>
    public Extension Extension { get; }

    /// <summary>The shape of the meaning.</summary>
    public MeaningKind Kind { get; }

    /// <summary>The bits that identify the instruction.</summary>
    public uint Mask { get; }

    /// <summary>Their values.</summary>
    public uint Match { get; }

    /// <summary>The position in <see cref="InstructionTable.Rows"/>.</summary>
    public int Index { get; internal set; }

    /// <summary>Hands the meaning to a visitor.</summary>
    public void Accept(IMeaningVisitor visitor) => _accept(visitor);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
