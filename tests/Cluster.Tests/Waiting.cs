namespace Trapline.Cluster.Tests;

/// <summary>How tests wait for what other processes and threads do: for the thing itself, not for a time.</summary>
internal static class Waiting
{
    /// <summary>Only reached on failure; a loaded machine is slow.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>Waits until something is so; <paramref name="state"/> says how it is when it does not become so.</summary>
    public static async Task UntilAsync(string what, Func<Task<bool>> wanted, Func<string>? state = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await wanted())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"not within {Patience}: {what}\n{state?.Invoke()}");
            await Task.Delay(Poll, TimeProvider.System);
        }
    }
}
