using Trapline.Hypervisor.Devices.Plic;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class PlicTests
{
    private const ulong Pending = 0x1000;
    private const ulong Enable = 0x2000;
    private const ulong Threshold = 0x20_0000;
    private const ulong Claim = 0x20_0004;

    private readonly TestLine[] _outputs = [new(), new()];

    [Fact]
    public void A_source_reaches_a_context_that_enables_it_with_a_priority_above_the_threshold()
    {
        var plic = Make();
        plic.Source(10).Set(true);
        Assert.False(_outputs[0].Level); // priority 0 means never (chapter 4)

        plic.Write(4 * 10, 4, 3);
        Assert.False(_outputs[0].Level); // not enabled
        EnableSource(plic, context: 0, 10);
        Assert.True(_outputs[0].Level);
        Assert.False(_outputs[1].Level);

        plic.Write(Threshold, 4, 3);
        Assert.False(_outputs[0].Level); // must be above (chapter 8)
        plic.Write(Threshold, 4, 2);
        Assert.True(_outputs[0].Level);
    }

    [Fact]
    public void Claim_takes_the_highest_priority_then_the_lowest_number()
    {
        var plic = Make();
        foreach (var (source, priority) in new[] { (5, 2), (70, 7), (8, 7), (9, 1) })
        {
            plic.Write(4 * (ulong)source, 4, (ulong)priority);
            EnableSource(plic, 0, source);
            plic.Source(source).Set(true);
        }

        Assert.Equal([8, 70, 5, 9, 0], Enumerable.Range(0, 5).Select(_ => (int)plic.Read(Claim, 4)));
        Assert.False(_outputs[0].Level);
    }

    [Fact]
    public void Claim_ignores_the_threshold()
    {
        var plic = Ready(12, priority: 1);
        plic.Write(Threshold, 4, 7);
        Assert.False(_outputs[0].Level);
        Assert.Equal(12u, plic.Read(Claim, 4));
    }

    [Fact]
    public void A_claimed_source_is_not_pending_again_before_it_is_completed()
    {
        var plic = Ready(12, priority: 1);
        Assert.Equal(12u, plic.Read(Claim, 4));
        plic.Source(12).Set(false);
        plic.Source(12).Set(true);
        Assert.False(_outputs[0].Level);
        Assert.Equal(0u, plic.Read(Claim, 4));

        plic.Write(Claim, 4, 12);
        Assert.True(_outputs[0].Level); // the wire is still high
        Assert.Equal(12u, plic.Read(Claim, 4));
        plic.Source(12).Set(false);
        plic.Write(Claim, 4, 12);
        Assert.False(_outputs[0].Level);
    }

    [Fact]
    public void A_request_stays_pending_when_the_wire_falls_before_the_claim()
    {
        var plic = Ready(12, priority: 1);
        plic.Source(12).Set(false);
        Assert.Equal(1u << 12, plic.Read(Pending, 4));
        Assert.Equal(12u, plic.Read(Claim, 4));
        Assert.Equal(0u, plic.Read(Pending, 4));
    }

    [Fact]
    public void Completion_counts_only_from_a_context_that_enables_the_source()
    {
        var plic = Ready(12, priority: 1);
        Assert.Equal(12u, plic.Read(Claim, 4));
        plic.Write(Claim + 0x1000, 4, 12); // context 1 does not hear it
        plic.Write(Claim, 4, 13); // not in service
        plic.Write(Claim, 4, 0xffff_ffff); // no such source
        Assert.False(_outputs[0].Level);
        plic.Write(Claim, 4, 12);
        Assert.True(_outputs[0].Level);
    }

    [Fact]
    public void Two_contexts_hear_one_source_and_one_claim_takes_it_from_both()
    {
        var plic = Ready(12, priority: 1);
        EnableSource(plic, 1, 12);
        Assert.True(_outputs[0].Level && _outputs[1].Level);
        Assert.Equal(12u, plic.Read(Claim + 0x1000, 4));
        Assert.False(_outputs[0].Level || _outputs[1].Level);
        Assert.Equal(0u, plic.Read(Claim, 4));
    }

    [Fact]
    public void Registers_keep_only_what_exists()
    {
        var plic = Make();
        plic.Write(0, 4, 7); // source 0 does not exist
        plic.Write(4 * 96, 4, 0xff);
        plic.Write(4 * 97, 4, 7);
        Assert.Equal(0u, plic.Read(0, 4));
        Assert.Equal(7u, plic.Read(4 * 96, 4));
        Assert.Equal(0u, plic.Read(4 * 97, 4));

        for (ulong word = 0; word < 32; word++)
            plic.Write(Enable + (4 * word), 4, 0xffff_ffff);
        Assert.Equal(0xffff_fffeu, plic.Read(Enable, 4));
        Assert.Equal(0xffff_ffffu, plic.Read(Enable + 8, 4));
        Assert.Equal(1u, plic.Read(Enable + 12, 4)); // source 96
        Assert.Equal(0u, plic.Read(Enable + 16, 4));

        plic.Write(Pending, 4, 0xffff_ffff);
        Assert.Equal(0u, plic.Read(Pending, 4));
        plic.Write(Threshold, 4, 0xffff_ffff);
        Assert.Equal(7u, plic.Read(Threshold, 4));
        Assert.Equal(0u, plic.Read(Threshold, 8));
        Assert.Equal(0u, plic.Read(Threshold + 1, 4));
    }

    [Fact]
    public void A_restored_chip_goes_on_with_claims_and_outputs()
    {
        var plic = Ready(12, priority: 1);
        plic.Write(4 * 40, 4, 5);
        EnableSource(plic, 1, 40);
        plic.Source(40).Set(true);
        Assert.Equal(12u, plic.Read(Claim, 4));
        var state = Records.RoundTrip(plic.Save());

        TestLine[] outputs = [new(), new()];
        var restored = new PlicDevice(outputs, state);
        Assert.False(outputs[0].Level);
        Assert.True(outputs[1].Level);
        Records.AssertSame(state, restored.Save());
        restored.Source(12).Set(true); // the device drives its wire again: no news
        Assert.False(outputs[0].Level);
        restored.Write(Claim, 4, 12);
        Assert.True(outputs[0].Level);
    }

    [Fact]
    public async Task Every_request_of_many_threads_is_claimed_exactly_once()
    {
        const int PerThread = 500;
        const int Threads = 4;
        var plic = Make();
        for (var source = 1; source <= Threads; source++)
        {
            plic.Write(4 * (ulong)source, 4, 1);
            EnableSource(plic, 0, source);
            EnableSource(plic, 1, source);
        }

        // Each producer raises its source and waits until a consumer has claimed and lowered it.
        var handled = new int[Threads + 1];
        using var stop = new CancellationTokenSource();
        var consumers = Enumerable.Range(0, 2).Select(context => Task.Factory.StartNew(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                var source = (int)plic.Read(Claim + (0x1000 * (ulong)context), 4);
                if (source == 0)
                {
                    Thread.Yield();
                    continue;
                }

                plic.Source(source).Set(false);
                Interlocked.Increment(ref handled[source]);
                plic.Write(Claim + (0x1000 * (ulong)context), 4, (ulong)source);
            }
        }, TaskCreationOptions.LongRunning)).ToArray();
        var producers = Enumerable.Range(1, Threads).Select(source => Task.Factory.StartNew(() =>
        {
            for (var i = 1; i <= PerThread; i++)
            {
                plic.Source(source).Set(true);
                Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref handled[source]) >= i, TimeSpan.FromSeconds(60)));
            }
        }, TaskCreationOptions.LongRunning)).ToArray();

        await Task.WhenAll(producers).WaitAsync(TimeSpan.FromMinutes(2));
        await stop.CancelAsync();
        await Task.WhenAll(consumers).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0u, plic.Read(Pending, 4));
        Assert.All(Enumerable.Range(1, Threads), source => Assert.Equal(PerThread, handled[source]));
    }

    private PlicDevice Make() => new(_outputs);

    private PlicDevice Ready(int source, ulong priority)
    {
        var plic = Make();
        plic.Write(4 * (ulong)source, 4, priority);
        EnableSource(plic, 0, source);
        plic.Source(source).Set(true);
        Assert.True(_outputs[0].Level);
        return plic;
    }

    private static void EnableSource(PlicDevice plic, int context, int source)
    {
        var register = Enable + (0x80 * (ulong)context) + (4 * (ulong)(source / 32));
        plic.Write(register, 4, plic.Read(register, 4) | (1UL << (source % 32)));
    }
}
