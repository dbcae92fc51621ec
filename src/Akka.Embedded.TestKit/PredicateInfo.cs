namespace Akka.TestKit;

/// <summary>A predicate over messages of one type.</summary>
public class PredicateInfo
{
    private readonly Predicate<object> _fits;

    private PredicateInfo(Delegate predicate, Type type, Predicate<object> fits)
    {
        PredicateT = predicate;
        Type = type;
        _fits = fits;
    }

    /// <summary>The predicate.</summary>
    public Delegate PredicateT { get; }

    /// <summary>The type of the messages.</summary>
    public Type Type { get; }

    /// <summary>Wraps <paramref name="predicateT"/>.</summary>
    public static PredicateInfo Create<T>(Predicate<T> predicateT) => new(predicateT, typeof(T), m => m is T typed && predicateT(typed));

    /// <inheritdoc/>
    public override string ToString() => $"predicate over {Type}";

    internal bool Fits(object message) => _fits(message);
}

/// <summary>Makes <see cref="PredicateInfo"/>s.</summary>
public static class PredicateInfoFactory
{
    /// <summary>Wraps <paramref name="predicateT"/>.</summary>
    public static PredicateInfo CreatePredicateInfo<T>(this Predicate<T> predicateT) => PredicateInfo.Create(predicateT);
}
