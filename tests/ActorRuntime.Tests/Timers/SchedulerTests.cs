using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Timers;

/// <summary>The default scheduler, by the real clock: whatever it waits for, what is due sooner comes in its order, and nothing comes early.</summary>
public sealed class SchedulerTests() : ActorTest("")
{
    [Fact]
    public async Task What_is_due_sooner_does_not_wait_for_what_was_scheduled_before()
    {
        Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMinutes(5), TestActor, "late", ActorRefs.NoSender);
        foreach (var pause in new[] { 0, 15, 60 })
        {
            await Task.Delay(TimeSpan.FromMilliseconds(pause), TimeProvider.System);
            while (!await ComeInOrderAsync())
            {
                // This thread was held up between one and the next, so that the order in which they are due was another.
            }
        }
    }

    /// <summary>Schedules three, the last one first, and checks how they come; false if they were scheduled too far apart to tell.</summary>
    private async Task<bool> ComeInOrderAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        foreach (var due in new[] { 90, 30, 60 })
            Sys.Scheduler.ScheduleTellOnce(TimeSpan.FromMilliseconds(due), TestActor, due, ActorRefs.NoSender);
        var isOrderKnown = TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMilliseconds(15); // a tick less than they are apart
        foreach (var due in new[] { 30, 60, 90 })
        {
            var came = await ExpectMsgAsync<int>();
            Assert.True(came == due || !isOrderKnown, $"{came} came before {due}");
            Assert.True(TimeProvider.System.GetElapsedTime(began) >= TimeSpan.FromMilliseconds(came), $"{came} came early");
        }

        return isOrderKnown;
    }

    [Fact]
    public async Task What_many_threads_schedule_comes_all_of_it()
    {
        const int Threads = 4;
        const int Each = 2_000;
        var came = 0;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                Sys.Scheduler.Advanced.ScheduleOnce(TimeSpan.FromMilliseconds((i * 7 + thread) % 50), () =>
                {
                    if (Interlocked.Increment(ref came) == Threads * Each)
                        all.SetResult();
                });
            }
        })));
        await all.Task.WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System);
    }
}
