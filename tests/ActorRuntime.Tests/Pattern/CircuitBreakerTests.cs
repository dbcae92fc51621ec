using Akka.Actor;
using Akka.Pattern;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Pattern;

/// <summary>Calls to something that fails are stopped, tried once in a while, and made again when it is well.</summary>
public sealed class CircuitBreakerTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit("akka.loglevel = WARNING", output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private CircuitBreaker Breaker(int maxFailures, TimeSpan callTimeout, TimeSpan reset) =>
        CircuitBreaker.Create(Sys.Scheduler, maxFailures, callTimeout, reset);

    private static Task<int> Fails() => Task.FromException<int>(new InvalidOperationException("down"));

    private static async Task FailAsync(CircuitBreaker breaker) =>
        Assert.Equal("down", (await Assert.ThrowsAsync<InvalidOperationException>(() => breaker.WithCircuitBreaker(Fails))).Message);

    private static Task Signal(Func<Action, CircuitBreaker> register)
    {
        var signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        register(() => signal.TrySetResult());
        return signal.Task.WaitAsync(Patience);
    }

    [Fact]
    public async Task It_opens_after_so_many_failures_in_a_row_and_then_refuses_calls()
    {
        var breaker = Breaker(2, Long, Long);
        var opened = Signal(breaker.OnOpen);
        await FailAsync(breaker);
        Assert.Equal(1, await breaker.WithCircuitBreaker(() => Task.FromResult(1)));
        await FailAsync(breaker);
        Assert.True(breaker.IsClosed);
        await FailAsync(breaker);
        await opened;
        Assert.True(breaker.IsOpen);
        var called = false;
        var refused = await Assert.ThrowsAsync<OpenCircuitException>(() => breaker.WithCircuitBreaker(() =>
        {
            called = true;
            return Task.FromResult(1);
        }));
        Assert.False(called);
        Assert.True(refused.RemainingDuration > TimeSpan.Zero);
    }

    [Fact]
    public async Task One_success_while_half_open_closes_it()
    {
        var breaker = Breaker(1, Long, Short);
        var halfOpen = Signal(breaker.OnHalfOpen);
        var closed = Signal(breaker.OnClose);
        await FailAsync(breaker);
        await halfOpen;
        Assert.Equal(7, await breaker.WithCircuitBreaker(() => Task.FromResult(7)));
        await closed;
        Assert.True(breaker.IsClosed);
    }

    [Fact]
    public async Task One_failure_while_half_open_opens_it_again()
    {
        var breaker = Breaker(1, Long, Short);
        var halfOpen = Signal(breaker.OnHalfOpen);
        await FailAsync(breaker);
        await halfOpen;
        var opened = Signal(breaker.OnOpen);
        await FailAsync(breaker);
        await opened;
    }

    [Fact]
    public async Task A_call_that_takes_too_long_fails()
    {
        var breaker = Breaker(1, Short, Long);
        var never = new TaskCompletionSource<int>();
        await Assert.ThrowsAnyAsync<TimeoutException>(() => breaker.WithCircuitBreaker(() => never.Task));
        Assert.True(breaker.IsOpen);
    }

    [Fact]
    public void Synchronous_calls_and_reports_count_too()
    {
        var breaker = Breaker(2, Long, Long);
        Assert.Equal(3, breaker.WithSyncCircuitBreaker(() => 3));
        Assert.Throws<InvalidOperationException>(() => breaker.WithSyncCircuitBreaker(() => throw new InvalidOperationException("down")));
        breaker.Fail();
        Assert.Throws<OpenCircuitException>(() => breaker.WithSyncCircuitBreaker(() => 3));
    }
}
