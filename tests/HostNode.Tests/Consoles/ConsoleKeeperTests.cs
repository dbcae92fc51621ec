using System.Text;
using Akka.Event;
using Trapline.HostNode.Consoles;
using Trapline.Shared.Consoles;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Consoles;

/// <summary>What a guest prints reaches the disk without the guest ever waiting for it.</summary>
public sealed class ConsoleKeeperTests : IDisposable
{
    private static readonly VmId Vm = new("vm-1");

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");

    public void Dispose() => _data.Delete(recursive: true);

    [Fact]
    public async Task All_that_was_printed_is_on_the_disk_after_the_end()
    {
        var files = new ConsoleFiles(_data.FullName);
        var console = new ConsoleLog();
        console.Write("early "u8);
        await using (var keeper = new ConsoleKeeper(files, NoLogger.Instance))
        {
            keeper.Keep(Vm, new Incarnation(3), console);
            for (var i = 0; i < 1000; i++)
                console.Write(Encoding.ASCII.GetBytes($"{i} "));
        }

        var kept = Assert.Single(files.ReadBefore(Vm, new Incarnation(4)));
        Assert.Equal("early " + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{i} ")), Encoding.ASCII.GetString(kept.Bytes));
    }

    [Fact]
    public async Task A_disk_that_takes_nothing_costs_words_and_nothing_else()
    {
        File.WriteAllText(Path.Combine(_data.FullName, "consoles"), "a file where the folder should be");
        var console = new ConsoleLog();
        await using var keeper = new ConsoleKeeper(new ConsoleFiles(_data.FullName), NoLogger.Instance);
        keeper.Keep(Vm, new Incarnation(1), console);
        console.Write("lost"u8);
        Assert.Equal("lost"u8.ToArray(), console.Read(0).Bytes);
    }

    [Fact]
    public void A_bell_rings_once_for_each_time_that_it_is_armed()
    {
        var rang = 0;
        var bell = new Bell(() => rang++);
        bell.Ring();
        Assert.Equal(0, rang);
        bell.Arm();
        bell.Ring();
        bell.Ring();
        Assert.Equal(1, rang);
        bell.Arm();
        bell.Ring();
        Assert.Equal(2, rang);
    }
}
