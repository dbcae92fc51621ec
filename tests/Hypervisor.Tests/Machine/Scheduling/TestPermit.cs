using Trapline.Hypervisor.Machine.Scheduling;

namespace Trapline.Hypervisor.Tests.Machine.Scheduling;

/// <summary>A permit up to a time that the test says; none at first.</summary>
internal sealed class TestPermit(TimeProvider time) : IExecutionPermit
{
    private readonly SemaphoreSlim _overrunSeen = new(0);
    private long _until = long.MinValue;

    public event Action? Renewed;

    public bool Holds
    {
        get
        {
            var now = time.GetTimestamp();
            return now < Until;
        }
    }

    public long Until => Volatile.Read(ref _until);

    public List<(long Began, long Ended)> Overruns { get; } = [];

    public void Overran(long began, long ended)
    {
        lock (Overruns)
            Overruns.Add((began, ended));
        _overrunSeen.Release();
    }

    public bool OverrunsWithin(TimeSpan limit) => _overrunSeen.Wait(limit);

    public void Renew(long until)
    {
        Volatile.Write(ref _until, until);
        Renewed?.Invoke();
    }
}
