namespace Trapline.Hypervisor.Storage;

/// <summary>Why a disk could not be opened or made: a closed set.</summary>
public enum StorageFaultKind
{
    /// <summary>The file is not there.</summary>
    NotFound,

    /// <summary>A file to be made is already there.</summary>
    AlreadyExists,

    /// <summary>The operating system refused or failed an operation.</summary>
    IoError,

    /// <summary>The file is not of this format.</summary>
    NotAnOverlay,

    /// <summary>The format is of a version that this program does not know.</summary>
    UnknownVersion,

    /// <summary>A header or map fails its checksum or contradicts itself.</summary>
    Corrupt,

    /// <summary>The file is shorter than its map says.</summary>
    Truncated,

    /// <summary>The base image is not the one that the overlay was made for.</summary>
    WrongBase,

    /// <summary>A newer incarnation has opened the disk for writing.</summary>
    Fenced,

    /// <summary>A size that the format cannot hold.</summary>
    BadSize,
}

/// <summary>Why a disk could not be opened or made.</summary>
/// <param name="Kind">The kind of fault.</param>
/// <param name="Operation">What was being done, and to which file.</param>
/// <param name="Detail">What was wrong, and what would be right.</param>
public sealed record StorageFault(StorageFaultKind Kind, string Operation, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Operation}: {Detail} ({Kind})";
}

/// <summary>An opened disk, or why it could not be opened: exactly one of the two.</summary>
public readonly record struct StorageOpen<T>(T? Value, StorageFault? Fault)
    where T : class
{
    /// <summary>Success.</summary>
    public static implicit operator StorageOpen<T>(T value) => new(value, null);

    /// <summary>Failure.</summary>
    public static implicit operator StorageOpen<T>(StorageFault fault) => new(null, fault);

    /// <summary>The value; throws with the fault's text where there is none, for callers that have no other way on.</summary>
    public T ValueOrThrow() => Value ?? throw new IOException(Fault!.ToString());
}
