using Akka.Remote;

namespace Trapline.ActorRuntime.Tests.Remote;

public class FailureDetectorTests
{
    private long _nowMs = 1_000_000;

    [Fact]
    public void A_resource_that_has_never_sent_a_heartbeat_is_available_and_not_monitored()
    {
        var detector = Phi();
        Assert.True(detector.IsAvailable);
        Assert.False(detector.IsMonitoring);
    }

    [Fact]
    public void Phi_calls_a_resource_down_after_a_long_silence_and_up_again_with_the_next_heartbeat()
    {
        var detector = Phi();
        for (var i = 0; i < 20; i++)
        {
            detector.HeartBeat();
            _nowMs += 1000;
        }

        Assert.True(detector.IsMonitoring);
        Assert.True(detector.IsAvailable);
        _nowMs += 60_000;
        Assert.False(detector.IsAvailable);
        detector.HeartBeat();
        Assert.True(detector.IsAvailable);
    }

    [Fact]
    public void Phi_accepts_the_configured_pause_and_no_more()
    {
        var detector = Phi(pause: TimeSpan.FromSeconds(10));
        for (var i = 0; i < 50; i++)
        {
            detector.HeartBeat();
            _nowMs += 1000;
        }

        detector.HeartBeat();
        _nowMs += 10_000;
        Assert.True(detector.IsAvailable);
        _nowMs += 10_000;
        Assert.False(detector.IsAvailable);
    }

    [Fact]
    public void Irregular_heartbeats_make_phi_more_patient_than_regular_ones()
    {
        var regular = Phi();
        var irregular = Phi();
        for (var i = 0; i < 50; i++)
        {
            regular.HeartBeat();
            irregular.HeartBeat();
            _nowMs += 500;
            if (i % 2 == 0)
                irregular.HeartBeat();
            _nowMs += 500;
        }

        regular.HeartBeat();
        irregular.HeartBeat();
        _nowMs += 1700;
        Assert.False(regular.IsAvailable);
        Assert.True(irregular.IsAvailable);
    }

    [Fact]
    public void Deadline_calls_a_resource_down_after_interval_and_pause()
    {
        var detector = new DeadlineFailureDetector(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), () => _nowMs);
        Assert.True(detector.IsAvailable);
        Assert.False(detector.IsMonitoring);
        detector.HeartBeat();
        Assert.True(detector.IsMonitoring);
        _nowMs += 5_900;
        Assert.True(detector.IsAvailable);
        _nowMs += 200;
        Assert.False(detector.IsAvailable);
        detector.HeartBeat();
        Assert.True(detector.IsAvailable);
    }

    [Fact]
    public void The_registry_has_a_detector_per_resource()
    {
        var registry = new DefaultFailureDetectorRegistry<string>(() => Phi());
        Assert.True(registry.IsAvailable("a"));
        Assert.False(registry.IsMonitoring("a"));

        registry.Heartbeat("a");
        registry.Heartbeat("b");
        Assert.True(registry.IsMonitoring("a"));
        _nowMs += 60_000;
        registry.Heartbeat("b");
        Assert.False(registry.IsAvailable("a"));
        Assert.True(registry.IsAvailable("b"));

        registry.Remove("a");
        Assert.True(registry.IsAvailable("a"));
        Assert.False(registry.IsMonitoring("a"));
        registry.Reset();
        Assert.False(registry.IsMonitoring("b"));
    }

    private PhiAccrualFailureDetector Phi(TimeSpan? pause = null) => new(
        threshold: 8.0,
        maxSampleSize: 100,
        minStdDeviation: TimeSpan.FromMilliseconds(100),
        acceptableHeartbeatPause: pause ?? TimeSpan.Zero,
        firstHeartbeatEstimate: TimeSpan.FromSeconds(1),
        clock: () => _nowMs);
}
