using Trapline.Hypervisor.Machine.Snapshots;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>A disk that takes some writes and then hangs, until somebody repairs it; it remembers what it was asked for.</summary>
internal sealed class HangingStore(int writesBefore, bool onlyAtTheName = false) : ISnapshotStore, IDisposable
{
    private readonly ManualResetEventSlim _repaired = new();
    private int _writes;

    private int WritesBefore { get; } = onlyAtTheName ? int.MaxValue : writesBefore;

    private bool OnlyAtTheName { get; } = onlyAtTheName;

    /// <summary>Completes when a write hangs.</summary>
    public TaskCompletionSource Hangs { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when what was written is closed, with whether it had got its name.</summary>
    public TaskCompletionSource<bool> Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Writes that were begun.</summary>
    public int Writes => Volatile.Read(ref _writes);

    /// <summary>The write that hangs, and all further ones, go through.</summary>
    public void Repair() => _repaired.Set();

    public ISnapshotSink Create(string path) => new Sink(this);

    public void Dispose() => _repaired.Dispose();

    private sealed class Sink(HangingStore store) : ISnapshotSink
    {
        private bool _published;

        public void SetLength(long bytes)
        {
        }

        public void Write(ReadOnlySpan<byte> bytes, long offset)
        {
            if (Interlocked.Increment(ref store._writes) <= store.WritesBefore)
                return;
            store.Hangs.TrySetResult();
            store._repaired.Wait();
        }

        public void Flush()
        {
        }

        public void Publish()
        {
            if (store.OnlyAtTheName)
            {
                store.Hangs.TrySetResult();
                store._repaired.Wait();
            }

            _published = true;
        }

        public void Retract() => _published = false;

        public void Dispose() => store.Closed.TrySetResult(_published);
    }
}
