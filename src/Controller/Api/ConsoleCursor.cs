using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>
/// A place in what a VM prints, which goes on with it over restarts, moves and fail-overs. The host is asked directly and answers when there is
/// something; the controller is asked only where the VM is, and only when that may have changed.
/// </summary>
/// <param name="gate">The way to both.</param>
/// <param name="vm">The VM's name or id.</param>
/// <param name="time">The clock.</param>
internal sealed class ConsoleCursor(ClusterGate gate, string vm, TimeProvider time)
{
    /// <summary>How long a host keeps a question before it says that there is nothing new.</summary>
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(2);

    /// <summary>Between two looks at a VM that is nowhere, or has ended.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private VmLocation? _at;

    /// <summary>The incarnation that the position counts in; null for whichever is there first.</summary>
    public Incarnation? Incarnation { get; set; }

    /// <summary>The position of the next byte.</summary>
    public long From { get; set; }

    /// <summary>Where the VM was found.</summary>
    public string? Node => _at?.Node?.Value;

    /// <summary>Finds the VM; throws the problem if there is none of this name.</summary>
    public async Task FindAsync(CancellationToken cancellation) => _at = await gate.LocateAsync(vm, cancellation).ConfigureAwait(false);

    /// <summary>What comes next; null when nothing has come for a while, or the VM is on no host now.</summary>
    public async Task<ConsoleBytes?> NextAsync(CancellationToken cancellation)
    {
        try
        {
            if (_at is null)
                await FindAsync(cancellation).ConfigureAwait(false);
            var read = await gate.AskHostAsync<ConsoleBytes>(_at!, new ReadConsole(_at!.Vm, From, Incarnation, Wait), Wait + ClusterGate.HostBound, cancellation).ConfigureAwait(false);
            if (read.Bytes.Length == 0 && !read.Live)
                await LookAgainAsync(cancellation).ConfigureAwait(false);
            (Incarnation, From) = (read.Incarnation, read.Next);
            return read.Bytes.Length == 0 ? null : read;
        }
        catch (ApiProblem problem) when (problem.MayPass)
        {
            await LookAgainAsync(cancellation).ConfigureAwait(false);
            return null;
        }
    }

    private async Task LookAgainAsync(CancellationToken cancellation)
    {
        _at = null;
        await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
    }
}
