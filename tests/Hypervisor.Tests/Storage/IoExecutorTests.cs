using System.Collections.Concurrent;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Tests.Storage;

public sealed class IoExecutorTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_lane_of_one_runs_in_order_and_dispose_finishes_everything()
    {
        var ran = new ConcurrentQueue<int>();
        using (var executor = new IoExecutor(4))
        {
            var lane = executor.CreateLane(1);
            for (var i = 0; i < 1000; i++)
            {
                var number = i;
                lane.Submit(new Work(() => ran.Enqueue(number)));
            }
        }

        Assert.Equal(Enumerable.Range(0, 1000), ran);
    }

    [Fact]
    public void A_lane_runs_no_more_at_once_than_it_may_and_as_many()
    {
        using var executor = new IoExecutor(4);
        var lane = executor.CreateLane(2);
        var (running, most) = (0, 0);
        using var both = new CountdownEvent(2);
        using var done = new CountdownEvent(50);
        for (var i = 0; i < 50; i++)
        {
            var first = i < 2;
            lane.Submit(new Work(() =>
            {
                var now = Interlocked.Increment(ref running);
                InterlockedMax(ref most, now);
                if (first)
                {
                    both.Signal();
                    both.Wait(Patience); // two do run at once
                }

                Interlocked.Decrement(ref running);
                done.Signal();
            }));
        }

        Assert.True(done.Wait(Patience));
        Assert.Equal(2, most);
    }

    [Fact]
    public void Lanes_take_turns()
    {
        using var executor = new IoExecutor(1, patience: Patience);
        var order = new ConcurrentQueue<char>();
        using var start = new ManualResetEventSlim();
        using var done = new CountdownEvent(20);
        var busy = executor.CreateLane(1);
        var other = executor.CreateLane(1);
        busy.Submit(new Work(() => start.Wait(Patience)));
        for (var i = 0; i < 10; i++)
        {
            busy.Submit(new Work(() => Note('b')));
        }

        for (var i = 0; i < 10; i++)
            other.Submit(new Work(() => Note('o')));
        start.Set();
        Assert.True(done.Wait(Patience));
        Assert.Equal("obobobobobobobobobob", string.Concat(order));

        void Note(char lane)
        {
            order.Enqueue(lane);
            done.Signal();
        }
    }

    [Fact]
    public void Disks_that_hang_hold_up_no_other_and_their_threads_end_when_they_work_again()
    {
        const int Hanging = 10;
        const int Parallelism = 4;
        using var works = new ManualResetEventSlim();
        using var all = new CountdownEvent(Hanging * Parallelism * 2);
        using var executor = new IoExecutor(2, patience: TimeSpan.FromMilliseconds(5));
        foreach (var lane in Enumerable.Range(0, Hanging).Select(_ => executor.CreateLane(Parallelism)))
        {
            for (var i = 0; i < Parallelism * 2; i++)
            {
                lane.Submit(new Work(() =>
                {
                    works.Wait(Patience);
                    all.Signal();
                }));
            }
        }

        var healthy = executor.CreateLane(1);
        for (var i = 0; i < 20; i++)
        {
            using var ran = new ManualResetEventSlim();
            healthy.Submit(new Work(ran.Set));
            Assert.True(ran.Wait(Patience), "another disk's work waits for those that hang");
        }

        Assert.False(works.IsSet);
        Assert.InRange(executor.Threads, Hanging, (Hanging * Parallelism) + 2);
        works.Set();
        Assert.True(all.Wait(Patience));
        Assert.True(SpinWait.SpinUntil(() => executor.Threads <= 2, Patience), $"{executor.Threads} threads are left");
    }

    [Fact]
    public void What_a_slow_disk_has_beyond_what_hangs_runs_when_nobody_else_waits()
    {
        using var executor = new IoExecutor(1, patience: TimeSpan.FromMilliseconds(5));
        using var works = new ManualResetEventSlim();
        using var seen = new ManualResetEventSlim();
        using var done = new CountdownEvent(4);
        var slow = executor.CreateLane(2);
        slow.Submit(new Work(() => works.Wait(Patience)));
        executor.CreateLane(1).Submit(new Work(seen.Set));
        Assert.True(seen.Wait(Patience)); // so the first piece is known to be slow
        for (var i = 0; i < 4; i++)
            slow.Submit(new Work(() => done.Signal()));
        Assert.True(done.Wait(Patience));
        Assert.False(works.IsSet);
        works.Set();
    }

    [Fact]
    public void Disposal_finishes_what_waits_behind_something_slow()
    {
        var ran = 0;
        using var works = new ManualResetEventSlim();
        var executor = new IoExecutor(1, patience: TimeSpan.FromMilliseconds(5));
        var (slow, other) = (executor.CreateLane(1), executor.CreateLane(1));
        for (var i = 0; i < 3; i++)
        {
            slow.Submit(new Work(() =>
            {
                works.Wait(Patience);
                Interlocked.Increment(ref ran);
            }));
        }

        using var othersRan = new ManualResetEventSlim();
        other.Submit(new Work(othersRan.Set));
        Assert.True(othersRan.Wait(Patience));
        var disposal = new Thread(executor.Dispose);
        disposal.Start();
        Assert.True(SpinWait.SpinUntil(() => executor.IdleThreads == 0, Patience)); // the thread that has nothing to do has ended
        works.Set();
        Assert.True(disposal.Join(Patience));
        Assert.Equal(3, ran);
    }

    [Fact]
    public void An_escaped_exception_is_reported_and_the_lane_goes_on()
    {
        var faults = new ConcurrentQueue<string>();
        var ran = 0;
        using (var executor = new IoExecutor(1, e => faults.Enqueue(e.Message)))
        {
            var lane = executor.CreateLane(1);
            lane.Submit(new Work(() => throw new InvalidOperationException("a defect")));
            lane.Submit(new Work(() => ran++));
        }

        Assert.Equal(["a defect"], faults);
        Assert.Equal(1, ran);
    }

    [Fact]
    public void Many_lanes_from_many_threads_all_run()
    {
        const int PerThread = 2000;
        var ran = 0;
        using (var executor = new IoExecutor(3))
        {
            var lanes = Enumerable.Range(0, 16).Select(_ => executor.CreateLane(2)).ToArray();
            Parallel.For(0, 4, thread =>
            {
                for (var i = 0; i < PerThread; i++)
                    lanes[((thread * 7) + i) % lanes.Length].Submit(new Work(() => Interlocked.Increment(ref ran)));
            });
        }

        Assert.Equal(4 * PerThread, ran);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while ((seen = Volatile.Read(ref target)) < value && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private sealed class Work(Action run) : IIoWork
    {
        public void Run() => run();
    }
}
