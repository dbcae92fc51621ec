using System.Collections.Immutable;
using System.Globalization;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Consoles;

/// <summary>What one incarnation of a VM printed, as far as it is kept.</summary>
/// <param name="Incarnation">Which incarnation.</param>
/// <param name="Bytes">The last of what it printed.</param>
public sealed record KeptConsole(Incarnation Incarnation, byte[] Bytes);

/// <summary>
/// The consoles below a data root: written by the host that has a VM, read by whoever wants to know what it printed before.
/// <code>
///   consoles/VM/INCARNATION.log    the latest part, at most <see cref="SegmentBytes"/>
///   consoles/VM/INCARNATION.old    the part before it
/// </code>
/// Each incarnation has files of its own, so that a host that was called dead and prints on harms nothing. They hold the bytes alone: wherever a
/// write was cut off, what is there can be read. Zeros at the end, as a power failure may leave them, are no output.
/// </summary>
public sealed class ConsoleFiles(string dataRoot)
{
    /// <summary>Most bytes of one file; an incarnation has at most two.</summary>
    public const int SegmentBytes = 64 << 10;

    /// <summary>Most incarnations of a VM whose consoles are kept.</summary>
    public const int Incarnations = 4;

    private const string Latest = ".log";
    private const string Before = ".old";

    private readonly string _root = Path.Combine(Path.GetFullPath(dataRoot), "consoles");

    /// <summary>Adds what an incarnation printed.</summary>
    public void Append(VmId vm, Incarnation incarnation, ReadOnlySpan<byte> bytes)
    {
        var path = PathOf(vm, incarnation, Latest);
        Directory.CreateDirectory(FolderOf(vm));
        if (new FileInfo(path) is { Exists: true } file && file.Length + bytes.Length > SegmentBytes)
            File.Move(path, PathOf(vm, incarnation, Before), overwrite: true);
        using var target = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        target.Write(bytes);
    }

    /// <summary>What incarnations before the given one printed, the oldest first.</summary>
    public ImmutableArray<KeptConsole> ReadBefore(VmId vm, Incarnation incarnation) =>
        [.. IncarnationsOf(vm).Where(i => i < incarnation).Select(i => new KeptConsole(i, Read(vm, i))).Where(c => c.Bytes.Length > 0)];

    /// <summary>Drops the oldest incarnations, so that there is room for a new one.</summary>
    public void MakeRoom(VmId vm)
    {
        foreach (var old in IncarnationsOf(vm).SkipLast(Incarnations - 1))
        {
            File.Delete(PathOf(vm, old, Latest));
            File.Delete(PathOf(vm, old, Before));
        }
    }

    /// <summary>Drops all of a VM that is gone.</summary>
    public void Delete(VmId vm)
    {
        if (Directory.Exists(FolderOf(vm)))
            Directory.Delete(FolderOf(vm), recursive: true);
    }

    private byte[] Read(VmId vm, Incarnation incarnation)
    {
        byte[] both = [.. ReadPart(PathOf(vm, incarnation, Before)), .. ReadPart(PathOf(vm, incarnation, Latest))];
        var end = both.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        return both[..end];
    }

    private static byte[] ReadPart(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = new byte[Math.Min(file.Length, SegmentBytes)];
            return bytes[..file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return []; // never written, or dropped meanwhile
        }
    }

    private IEnumerable<Incarnation> IncarnationsOf(VmId vm)
    {
        if (!Directory.Exists(FolderOf(vm)))
            return [];
        return Directory.EnumerateFiles(FolderOf(vm))
            .Select(f => long.TryParse(Path.GetFileNameWithoutExtension(f), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= 0)
            .Distinct()
            .Order()
            .Select(number => new Incarnation(number))
            .ToList();
    }

    private string FolderOf(VmId vm) => Path.Combine(_root, vm.Value);

    private string PathOf(VmId vm, Incarnation incarnation, string part) => Path.Combine(FolderOf(vm), incarnation.Value.ToString(CultureInfo.InvariantCulture) + part);
}
