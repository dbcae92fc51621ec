namespace Trapline.Hypervisor.Machine.Scheduling;

/// <summary>
/// The deadlines of all waiting harts of a process in one binary heap, earliest first. Each task knows its place, so that changing and
/// removing cost O(log n) too. Guarded by the scheduler's lock.
/// </summary>
internal sealed class TimerHeap
{
    private VcpuTask[] _heap = new VcpuTask[64];

    public int Count { get; private set; }

    public long NextDeadline => Count == 0 ? SliceResult.NoDeadline : _heap[0].Deadline;

    public void Set(VcpuTask task, long deadline)
    {
        task.Deadline = deadline;
        if (task.TimerIndex < 0)
        {
            if (Count == _heap.Length)
                Array.Resize(ref _heap, _heap.Length * 2);
            Put(task, Count++);
        }

        SiftUp(task.TimerIndex);
        SiftDown(task.TimerIndex);
    }

    public void Remove(VcpuTask task)
    {
        var hole = task.TimerIndex;
        if (hole < 0)
            return;
        task.TimerIndex = -1;
        task.Deadline = SliceResult.NoDeadline;
        var last = _heap[--Count];
        _heap[Count] = null!;
        if (hole == Count)
            return;
        Put(last, hole);
        SiftUp(hole);
        SiftDown(last.TimerIndex);
    }

    public bool TryTakeDue(long now, out VcpuTask task)
    {
        if (NextDeadline > now)
        {
            task = null!;
            return false;
        }

        task = _heap[0];
        Remove(task);
        return true;
    }

    private void SiftUp(int at)
    {
        var task = _heap[at];
        while (at > 0)
        {
            var parent = (at - 1) >> 1;
            if (_heap[parent].Deadline <= task.Deadline)
                break;
            Put(_heap[parent], at);
            at = parent;
        }

        Put(task, at);
    }

    private void SiftDown(int at)
    {
        var task = _heap[at];
        for (; ; )
        {
            var child = (2 * at) + 1;
            if (child >= Count)
                break;
            if (child + 1 < Count && _heap[child + 1].Deadline < _heap[child].Deadline)
                child++;
            if (_heap[child].Deadline >= task.Deadline)
                break;
            Put(_heap[child], at);
            at = child;
        }

        Put(task, at);
    }

    private void Put(VcpuTask task, int at)
    {
        _heap[at] = task;
        task.TimerIndex = at;
    }
}
