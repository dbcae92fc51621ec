using Akka.Remote.Delivery;

namespace Akka.Embedded.Tests.Remote;

/// <summary>The outbox and the inbox over a simulated network that loses, repeats and reorders what they say to each other.</summary>
public class SystemMessageDeliveryTests
{
    [Theory]
    [InlineData(1, 0.0, 0.0, 0)]
    [InlineData(2, 0.3, 0.0, 0)]
    [InlineData(3, 0.0, 0.3, 0)]
    [InlineData(4, 0.0, 0.0, 8)]
    [InlineData(5, 0.2, 0.2, 4)]
    [InlineData(6, 0.5, 0.3, 16)]
    [InlineData(7, 0.1, 0.5, 30)]
    [InlineData(8, 0.7, 0.1, 3)]
    public void Everything_arrives_once_and_in_order(int seed, double loss, double repetition, int disorder)
    {
        const int Messages = 500;
        var network = new Network(new Random(seed), loss, repetition, disorder);
        var outbox = new SystemMessageOutbox<int>(capacity: Messages);
        var inbox = new SystemMessageInbox();
        var delivered = new List<int>();
        var sent = 0;

        for (var step = 0; delivered.Count < Messages; step++)
        {
            Assert.True(step < 1_000_000, $"only {delivered.Count} of {Messages} arrived");
            if (sent < Messages && outbox.TryAdd(sent, out var sequence))
                network.Send(toInbox: true, sequence, sent++, gap: false);
            network.Step(
                onMessage: (number, message) => Receive(inbox, delivered, network, number, message),
                onAck: (upTo, gap) =>
                {
                    if (outbox.Acknowledge(upTo, gap))
                        Resend(outbox, network);
                });

            // The timer: nothing has moved for a while.
            if (step % 50 == 49 && outbox.Count > 0)
            {
                outbox.ForgetGap();
                Resend(outbox, network);
            }
        }

        Assert.Equal(Enumerable.Range(0, Messages), delivered);
    }

    [Fact]
    public void A_gap_is_answered_once_however_often_it_is_reported()
    {
        var outbox = new SystemMessageOutbox<string>(10);
        foreach (var message in new[] { "a", "b", "c", "d" })
            Assert.True(outbox.TryAdd(message, out _));

        Assert.True(outbox.Acknowledge(1, gap: true));
        Assert.False(outbox.Acknowledge(1, gap: true));
        Assert.Equal(["b", "c", "d"], outbox.Unacknowledged(out var first));
        Assert.Equal(2UL, first);
        outbox.ForgetGap();
        Assert.True(outbox.Acknowledge(1, gap: true));
        Assert.True(outbox.Acknowledge(2, gap: true));
    }

    [Fact]
    public void A_full_outbox_says_so_and_acknowledgements_make_room()
    {
        var outbox = new SystemMessageOutbox<int>(2);
        Assert.True(outbox.TryAdd(1, out _));
        Assert.True(outbox.TryAdd(2, out _));
        Assert.False(outbox.TryAdd(3, out _));
        outbox.Acknowledge(1, gap: false);
        Assert.True(outbox.TryAdd(3, out var sequence));
        Assert.Equal(3UL, sequence);
    }

    [Fact]
    public void Acknowledgements_that_cannot_be_true_change_nothing()
    {
        var outbox = new SystemMessageOutbox<int>(10);
        outbox.TryAdd(1, out _);
        Assert.False(outbox.Acknowledge(5, gap: true));
        Assert.False(outbox.Acknowledge(ulong.MaxValue, gap: false));
        Assert.Equal(1, outbox.Count);
    }

    [Fact]
    public void A_new_incarnation_begins_with_number_one_and_gets_nothing_of_the_old_ones()
    {
        var outbox = new SystemMessageOutbox<string>(10);
        outbox.TryAdd("a", out _);
        outbox.TryAdd("b", out _);
        outbox.Acknowledge(1, gap: false);
        Assert.Equal(["b"], outbox.Reset());
        Assert.True(outbox.TryAdd("c", out var sequence));
        Assert.Equal(1UL, sequence);
    }

    private static void Receive(SystemMessageInbox inbox, List<int> delivered, Network network, ulong number, int message)
    {
        var arrival = inbox.Accept(number);
        if (arrival == Arrival.Deliver)
            delivered.Add(message);
        network.Send(toInbox: false, inbox.Delivered, 0, arrival == Arrival.Gap);
    }

    private static void Resend(SystemMessageOutbox<int> outbox, Network network)
    {
        var messages = outbox.Unacknowledged(out var sequence);
        foreach (var message in messages)
            network.Send(toInbox: true, sequence++, message, gap: false);
    }

    private sealed class Network(Random random, double loss, double repetition, int disorder)
    {
        /// <summary>What is sent into a full network is lost.</summary>
        private const int Capacity = 300;

        private readonly List<(bool ToInbox, ulong Number, int Message, bool Gap)> _travelling = [];

        public void Send(bool toInbox, ulong number, int message, bool gap)
        {
            if (random.NextDouble() < loss || _travelling.Count > Capacity)
                return;
            do
                _travelling.Add((toInbox, number, message, gap));
            while (random.NextDouble() < repetition);
        }

        public void Step(Action<ulong, int> onMessage, Action<ulong, bool> onAck)
        {
            for (var arrivals = 20; arrivals > 0 && _travelling.Count > 0; arrivals--)
            {
                var next = random.Next(Math.Min(_travelling.Count, disorder + 1));
                var packet = _travelling[next];
                _travelling.RemoveAt(next);
                if (packet.ToInbox)
                    onMessage(packet.Number, packet.Message);
                else
                    onAck(packet.Number, packet.Gap);
            }
        }
    }
}
