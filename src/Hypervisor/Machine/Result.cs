using System.Diagnostics.CodeAnalysis;

namespace Trapline.Hypervisor.Machine;

/// <summary>What kind of thing the caller can do something about went wrong.</summary>
public enum MachineErrorKind
{
    /// <summary>A setting is outside what the machine can be.</summary>
    BadConfiguration,

    /// <summary>A file is missing or cannot be read or written.</summary>
    FileAccess,

    /// <summary>A kernel, firmware or initrd is not what it should be.</summary>
    BadImage,

    /// <summary>A file of an image is not the one that was recorded.</summary>
    ImageChanged,

    /// <summary>The guest's memory is too small for what should be loaded into it.</summary>
    TooLittleMemory,

    /// <summary>A snapshot is damaged, of another version, or does not fit this machine.</summary>
    BadSnapshot,

    /// <summary>The machine is in a state in which the request makes no sense.</summary>
    WrongState,

    /// <summary>Whoever asked for it did not wait for its end.</summary>
    GivenUp,
}

/// <summary>An error of the world around a machine: what was wrong, and what would be right, in one line.</summary>
/// <param name="Kind">For callers that decide by kind.</param>
/// <param name="Wrong">What was wrong, with the name of the thing.</param>
/// <param name="Right">What would be right.</param>
public sealed record MachineError(MachineErrorKind Kind, string Wrong, string Right)
{
    /// <summary>One line for a person.</summary>
    public override string ToString() => $"{Wrong}: {Right}";
}

/// <summary>A value, or the error that stands in its place.</summary>
/// <typeparam name="T">The value's type.</typeparam>
public readonly struct Result<T>
    where T : class
{
    private readonly T? _value;
    private readonly MachineError? _error;

    private Result(T? value, MachineError? error) => (_value, _error) = (value, error);

    /// <summary>The error; null for success.</summary>
    public MachineError? Error => _error;

    /// <summary>The value. For tests and places where failure would be our own bug.</summary>
    public T Value => _value ?? throw new InvalidOperationException(_error?.ToString() ?? "an empty result");

    /// <summary>True with the value, or false with the error.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out MachineError? error)
    {
        value = _value;
        error = _value is null ? _error ?? throw new InvalidOperationException("an empty result") : null;
        return _value is not null;
    }

    /// <summary>Success.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>Failure.</summary>
    public static implicit operator Result<T>(MachineError error) => new(null, error);
}
