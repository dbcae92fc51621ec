namespace Akka.Configuration.Hocon;

/// <summary>A parsed HOCON text: its tree, and the substitutions that occur in it.</summary>
public class HoconRoot
{
    /// <summary>Creates a root with an empty tree.</summary>
    protected HoconRoot()
        : this(new HoconValue())
    {
    }

    /// <summary>Creates a root for a tree without substitutions.</summary>
    public HoconRoot(HoconValue value)
        : this(value, [])
    {
    }

    /// <summary>Creates a root for a tree and its substitutions.</summary>
    public HoconRoot(HoconValue value, IEnumerable<HoconSubstitution> substitutions)
    {
        Value = value;
        Substitutions = substitutions;
    }

    /// <summary>The tree.</summary>
    public HoconValue Value { get; }

    /// <summary>The substitutions that occur in the tree.</summary>
    public IEnumerable<HoconSubstitution> Substitutions { get; }
}
