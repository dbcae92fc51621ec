using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>
/// What one client types at a VM's console, in order and over restarts and moves. The host is told the position of each byte: a question that is
/// asked again, because its answer did not come, types nothing twice.
/// </summary>
/// <param name="gate">The way to the host.</param>
/// <param name="vm">The VM's name or id.</param>
/// <param name="typist">Who types.</param>
/// <param name="position">The position of the next byte.</param>
/// <param name="time">The clock.</param>
internal sealed class ConsoleTyping(ClusterGate gate, string vm, string typist, long position, TimeProvider time)
{
    /// <summary>How long to wait while the guest's input is full, or the VM is between two hosts.</summary>
    private static readonly TimeSpan WhenFull = TimeSpan.FromMilliseconds(50);

    /// <summary>Everything before has been taken.</summary>
    public long Position { get; private set; } = position;

    /// <summary>The client wants to know.</summary>
    public bool TellsHowFar { get; init; }

    /// <summary>Types bytes, however long that takes.</summary>
    public async Task TypeAsync(byte[] typed, CancellationToken cancellation)
    {
        while (typed.Length > 0)
        {
            var took = await OfferAsync(typed, cancellation).ConfigureAwait(false);
            (typed, Position) = (typed[took..], Position + took);
            if (typed.Length > 0)
                await Task.Delay(WhenFull, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task<int> OfferAsync(byte[] typed, CancellationToken cancellation)
    {
        try
        {
            return (await gate.AskHostOfAsync<ConsoleTook>(vm, id => new TypeToConsole(id, typed, typist, Position), cancellation).ConfigureAwait(false)).Taken;
        }
        catch (ApiProblem problem) when (problem.MayPass)
        {
            return 0;
        }
    }
}
