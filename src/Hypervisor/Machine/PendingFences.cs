using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine;

/// <summary>
/// The fences that a hart asked others for and has to wait for (SBI 2.0, chapter 8). All are asked first and awaited together. One that runs
/// answers within microseconds, but one whose thread the host has taken the processor from may need milliseconds: the caller then
/// lets go of its worker, so that other harts get on. Used by the caller's own thread.
/// </summary>
internal sealed class PendingFences
{
    /// <summary>How often the caller looks before it lets go: some tens of microseconds.</summary>
    private const int MostSpins = 30;

    private readonly List<(HartLoop Target, HartRequests Request)> _pending = [];

    /// <summary>Waits for a request that was just made.</summary>
    public void Add(HartLoop target, HartRequests request) => _pending.Add((target, request));

    /// <summary>Whether all are done, after a short wait for those that are not.</summary>
    public bool AreDone()
    {
        if (_pending.Count == 0)
            return true;
        // A hart says that it enters the guest, with a barrier, before it looks at its requests; so if it is seen outside, it will see them.
        Interlocked.MemoryBarrier();
        var spin = default(SpinWait);
        for (; ; )
        {
            while (_pending.Count != 0 && _pending[^1].Target.HasSeen(_pending[^1].Request))
                _pending.RemoveAt(_pending.Count - 1);
            if (_pending.Count == 0)
                return true;
            if (spin.Count == MostSpins)
                return false;
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }
}
