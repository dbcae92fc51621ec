using Trapline.Shared.Ids;

namespace Trapline.HostNode.Machines;

/// <summary>One attempt to save a machine, for a move or as a snapshot. It can be given up at any time, from any thread.</summary>
/// <param name="move">The move that it is for, if it is for one.</param>
/// <param name="snapshot">The snapshot that it is for otherwise.</param>
public sealed class SaveAttempt(MoveId? move, SnapshotId? snapshot)
{
    private readonly CancellationTokenSource _enough = new();

    /// <summary>The move.</summary>
    public MoveId? Move { get; } = move;

    /// <summary>The snapshot.</summary>
    public SnapshotId? Snapshot { get; } = snapshot;

    /// <summary>Cancelled when nobody wants it any more.</summary>
    public CancellationToken Enough => _enough.Token;

    /// <summary>Nobody wants it any more: the machine is to go on, whatever hangs.</summary>
    public void GiveUp() => _ = _enough.CancelAsync();
}
