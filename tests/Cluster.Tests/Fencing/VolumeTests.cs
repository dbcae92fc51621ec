using System.Text;
using Trapline.Cluster.Tests.InProcess;
using Trapline.HostNode.Machines;
using Trapline.Hypervisor.Machine;
using Trapline.Shared.Ids;

namespace Trapline.Cluster.Tests.Fencing;

/// <summary>
/// Volume fencing, with the other two guards broken: two machines execute the same VM at a time, without any lease, and nobody tells the older one to
/// end. What it guards is the disk: from the moment that the newer copy has it, nothing of the older one reaches it, and nothing is acknowledged to it.
/// </summary>
public sealed class VolumeTests : IDisposable
{
    private readonly LoneRoot _data = new("journal", "rate=200");
    private readonly MachineHost _machines = new();

    public void Dispose()
    {
        _machines.Dispose();
        _data.Dispose();
    }

    [Fact]
    public async Task An_older_copy_that_executes_beside_a_newer_one_cannot_harm_the_disk()
    {
        var older = Start(1);
        await UntilAsync(older, "ack 20");
        var newer = Start(2);
        await UntilAsync(newer, "ack ");

        // The older one goes on executing until it wants to write: the disk refuses it, and it gives up.
        var end = await older.Machine!.WhenEnded.WaitAsync(Waiting.Patience);
        Assert.Equal(GuestEndKind.Panic, end.Kind);
        await older.Machine.DisposeAsync();

        // What either of them acknowledged is there, in order and whole.
        var verified = Last(newer, "verified ");
        Assert.True(verified >= Last(older, "ack "), $"{verified} records are there, the older copy had acknowledged {Last(older, "ack ")}");
        await UntilAsync(newer, $"ack {verified + 20}");
        await newer.Machine!.DisposeAsync();
        var third = Start(3);
        await UntilAsync(third, " records");
        Assert.DoesNotContain("corrupt", TextOf(third), StringComparison.Ordinal);
        Assert.True(Last(third, "verified ") >= Last(newer, "ack "));
        await third.Machine!.DisposeAsync();
    }

    private MachineSlot Start(long incarnation)
    {
        var slot = new MachineSlot(LoneRoot.Vm, new Incarnation(incarnation));
        var built = _data.Factory(_machines).Build(_data.Start(incarnation), slot);
        Assert.Null(built.Error);
        slot.Machine = built.Value;
        slot.Machine.Start();
        return slot;
    }

    private static string TextOf(MachineSlot slot) => Encoding.ASCII.GetString(slot.Console.Read(0).Bytes);

    private static long Last(MachineSlot slot, string word) => TextOf(slot).Split('\n')
        .Where(line => line.StartsWith(word, StringComparison.Ordinal) && line.EndsWith('\r'))
        .Select(line => long.Parse(line[word.Length..].Split(' ', '\r')[0]))
        .LastOrDefault();

    private static Task UntilAsync(MachineSlot slot, string text) =>
        Waiting.UntilAsync($"'{text}' at the console", () => Task.FromResult(TextOf(slot).Contains(text, StringComparison.Ordinal)), () => TextOf(slot));
}
