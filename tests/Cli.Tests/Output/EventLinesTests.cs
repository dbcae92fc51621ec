using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Tests.Output;

/// <summary>Events for a person: what is said of many VMs in a row is said once.</summary>
public sealed class EventLinesTests
{
    private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

    [Fact]
    public void Many_in_a_row_that_say_the_same_are_one_line_and_few_or_different_ones_are_not()
    {
        EventView[] events =
        [
            new(1, At, "host-lost", null, null, "node2", null, "host node2 b00000001 is lost: seen by the launcher"),
            .. Enumerable.Range(1, 30).Select(i => Of("vm-ended", i, 1 + (i % 3), "ended: host lost (node2); starts again")),
            Of("vm-placed", 1, 2, "goes to node1: spread 0.900"),
            Of("vm-placed", 2, 2, "goes to node1: spread 0.800"),
            Of("vm-placed", 3, 2, "goes to node3: spread 0.800"),
            new(1, At, "host-booted", null, null, "node2", null, "host node2 booted"),
            .. Enumerable.Range(4, 5).SelectMany(i => new[] { 1, 3 }.Select(node => Of("vm-placed", i, 2, $"goes to node{node}: spread 0.{i}00"))),
            Of("vm-placed", 9, 2, "goes to node4: spread 0.100"),
        ];
        var lines = EventLines.Of(events).Select(line => line[(line.IndexOf("  ", StringComparison.Ordinal) + 2)..]).ToList();
        Assert.Equal(
            [
                "host node2 b00000001 is lost: seen by the launcher",
                "30 VMs, each: ended: host lost (node2); starts again (web-1, web-2, web-3, web-4, web-5, web-6, web-7, web-8 and 22 more)",
                "web-1 #2 goes to node1: spread 0.900",
                "web-2 #2 goes to node1: spread 0.800",
                "web-3 #2 goes to node3: spread 0.800",
                "host node2 booted",
                "5 VMs, each: goes to node1 (web-4, web-5, web-6, web-7, web-8)",
                "5 VMs, each: goes to node3 (web-4, web-5, web-6, web-7, web-8)",
                "web-9 #2 goes to node4: spread 0.100",
            ],
            lines);
        Assert.Empty(EventLines.Of([]));
    }

    private static EventView Of(string kind, int vm, long incarnation, string said) => new(1, At, kind, $"vm-{vm}", $"web-{vm}", "node2", incarnation, $"vm-{vm} #{incarnation} {said}");
}
