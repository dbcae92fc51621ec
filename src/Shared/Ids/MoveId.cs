using System.Text.Json.Serialization;

namespace Trapline.Shared.Ids;

/// <summary>One attempt to move a VM: late messages of earlier attempts are told apart by it.</summary>
/// <param name="Value">Text of the form <see cref="TextId.Form"/>.</param>
[JsonConverter(typeof(TextIdConverter<MoveId>))]
public readonly record struct MoveId(string Value) : ITextId<MoveId>, IComparable<MoveId>
{
    /// <summary>The VM that is moved; null if the text is none of <see cref="Of"/>.</summary>
    public VmId? Vm
    {
        get
        {
            var end = Value.LastIndexOf('.') is > 0 and var last ? Value.LastIndexOf('.', last - 1) : -1;
            return end > 0 && TextId.IsValid(Value[..end]) ? new VmId(Value[..end]) : null;
        }
    }

    /// <summary>The id of a move of a VM: the same for the same state, so that a replay gives the same.</summary>
    /// <param name="vm">The VM.</param>
    /// <param name="incarnation">The incarnation that is moved.</param>
    /// <param name="number">Counts the VM's moves.</param>
    public static MoveId Of(VmId vm, Incarnation incarnation, int number) => new($"{vm}.{incarnation.Value}.{number}");

    /// <inheritdoc/>
    public static MoveId Create(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(MoveId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;
}
