namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>Waits for what must become true, looking often; fails only after a time that no healthy machine needs.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static async Task TrueAsync(Func<bool> condition, Func<string> description)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            if (TimeProvider.System.GetElapsedTime(start) > ClusterNode.Patience)
                Assert.Fail($"It never came that {description()}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
