using System.Text;
using Trapline.Shared.Consoles;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Tests.Consoles;

/// <summary>What guests printed stays readable, bounded, and in order, however its writer ended.</summary>
public sealed class ConsoleFilesTests : IDisposable
{
    private static readonly VmId Vm = new("vm-1");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");

    private ConsoleFiles Files => new(_data.FullName);

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public void Each_incarnation_is_read_apart_and_only_those_before_the_one_asked_for()
    {
        Files.Append(Vm, new Incarnation(1), "one\n"u8);
        Files.Append(Vm, new Incarnation(2), "two\n"u8);
        Files.Append(Vm, new Incarnation(1), "late\n"u8);
        Files.Append(Vm, new Incarnation(10), "ten\n"u8);
        Assert.Equal([(1, "one\nlate\n"), (2, "two\n")], Read(10));
        Assert.Equal([(1, "one\nlate\n"), (2, "two\n"), (10, "ten\n")], Read(11));
        Assert.Empty(Files.ReadBefore(new VmId("vm-2"), new Incarnation(9)));
    }

    [Fact]
    public void It_is_bounded_and_keeps_the_latest()
    {
        var line = Encoding.ASCII.GetBytes(new string('x', 999) + "\n");
        for (var i = 0; i < 1000; i++)
            Files.Append(Vm, new Incarnation(1), line);
        Files.Append(Vm, new Incarnation(1), "the end\n"u8);
        var kept = Assert.Single(Read(2)).Text;
        Assert.InRange(kept.Length, ConsoleFiles.SegmentBytes, 2 * ConsoleFiles.SegmentBytes);
        Assert.EndsWith("x\nthe end\n", kept, StringComparison.Ordinal);
    }

    [Fact]
    public void Old_incarnations_make_room_and_a_vm_that_is_gone_leaves_nothing()
    {
        for (var i = 1; i <= 9; i++)
        {
            Files.MakeRoom(Vm);
            Files.Append(Vm, new Incarnation(i), "x"u8);
        }

        Assert.Equal([6, 7, 8, 9], Read(100).Select(k => k.Incarnation));
        Files.Delete(Vm);
        Files.Delete(Vm);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(_data.FullName, "consoles")));
    }

    [Fact]
    public void A_torn_end_costs_what_was_torn_and_strange_files_cost_nothing()
    {
        Files.Append(Vm, new Incarnation(1), "before the power failed"u8);
        var folder = Path.Combine(_data.FullName, "consoles", Vm.Value);
        using (var file = new FileStream(Path.Combine(folder, "1.log"), FileMode.Append))
            file.Write(new byte[512]);
        File.WriteAllText(Path.Combine(folder, "notes.txt"), "no console");
        File.WriteAllText(Path.Combine(folder, "2.log"), "");
        Assert.Equal([(1, "before the power failed")], Read(100));
    }

    private IEnumerable<(long Incarnation, string Text)> Read(long before) =>
        Files.ReadBefore(Vm, new Incarnation(before)).Select(k => (k.Incarnation.Value, Encoding.ASCII.GetString(k.Bytes)));
}
