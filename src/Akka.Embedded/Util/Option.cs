namespace Akka.Util;

/// <summary>A value that may be absent.</summary>
/// <typeparam name="T">Type of the value.</typeparam>
public readonly struct Option<T> : IEquatable<Option<T>>
{
    /// <summary>The absent value.</summary>
    public static readonly Option<T> None;

    /// <summary>A present value; null counts as present only through <see cref="Create"/> of value types.</summary>
    public Option(T value)
    {
        Value = value;
        HasValue = true;
    }

    /// <summary>Whether there is a value.</summary>
    public bool HasValue { get; }

    /// <summary>Whether there is none.</summary>
    public bool IsEmpty => !HasValue;

    /// <summary>The value, or the type's default if absent.</summary>
    public T Value { get; }

    /// <summary>Wraps <paramref name="value"/>; null becomes <see cref="None"/>.</summary>
    public static Option<T> Create(T value) => value is null ? None : new Option<T>(value);

    /// <summary>The value, or <paramref name="fallbackValue"/> if absent.</summary>
    public T GetOrElse(T fallbackValue) => HasValue ? Value : fallbackValue;

    /// <inheritdoc/>
    public bool Equals(Option<T> other) =>
        HasValue == other.HasValue && EqualityComparer<T>.Default.Equals(Value, other.Value);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Option<T> other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HasValue && Value is not null ? EqualityComparer<T>.Default.GetHashCode(Value) : 0;

    /// <inheritdoc/>
    public override string ToString() => HasValue ? $"Some<{Value}>" : "None";

    /// <summary>Wraps a value; null becomes <see cref="None"/>.</summary>
    public static implicit operator Option<T>(T value) => Create(value);

    /// <summary>Whether both are absent or hold equal values.</summary>
    public static bool operator ==(Option<T> left, Option<T> right) => left.Equals(right);

    /// <summary>The opposite of equality.</summary>
    public static bool operator !=(Option<T> left, Option<T> right) => !left.Equals(right);
}
