namespace Akka.TestKit;

/// <summary>Opens when it has been counted down to zero.</summary>
public class TestLatch
{
    private readonly CountdownEvent _countdown;
    private readonly Func<TimeSpan, TimeSpan> _dilate;
    private readonly TimeSpan _defaultTimeout;

    /// <summary>Opens at the first count.</summary>
    public TestLatch()
        : this(1)
    {
    }

    /// <summary>Opens at the given count.</summary>
    public TestLatch(int count)
        : this(count, TimeSpan.FromSeconds(5))
    {
    }

    /// <summary>Opens at the given count.</summary>
    public TestLatch(int count, TimeSpan defaultTimeout)
        : this(static t => t, defaultTimeout, count)
    {
    }

    /// <summary>Opens at the given count; times are dilated.</summary>
    protected TestLatch(Func<TimeSpan, TimeSpan> dilate, TimeSpan defaultTimeout, int count)
    {
        _countdown = new CountdownEvent(count);
        _dilate = dilate;
        _defaultTimeout = defaultTimeout;
    }

    /// <summary>Whether it is open.</summary>
    public bool IsOpen => _countdown.CurrentCount == 0;

    /// <summary>Counts down by one.</summary>
    public void CountDown() => _countdown.Signal();

    /// <summary>Opens at once.</summary>
    public void Open()
    {
        while (!IsOpen)
            CountDown();
    }

    /// <summary>Closes, with the original count.</summary>
    public void Reset() => _countdown.Reset();

    /// <summary>Waits until it is open.</summary>
    /// <exception cref="TimeoutException">It did not open in time.</exception>
    public void Ready() => Ready(_defaultTimeout);

    /// <summary>Waits until it is open.</summary>
    /// <exception cref="TimeoutException">It did not open in time.</exception>
    public void Ready(TimeSpan timeout)
    {
        if (timeout == TimeSpan.MaxValue)
            throw new ArgumentException("TestLatch does not support waiting for TimeSpan.MaxValue", nameof(timeout));
        var dilated = _dilate(timeout);
        if (!_countdown.Wait(dilated))
            throw new TimeoutException($"Timeout of {dilated}");
    }
}

/// <summary>A latch that a kit makes.</summary>
internal sealed class KitLatch(TestKitBase kit, int count) : TestLatch(kit.Dilated, kit.TestKitSettings.DefaultTimeout, count);
