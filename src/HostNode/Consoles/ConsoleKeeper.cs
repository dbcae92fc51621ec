using System.Threading.Channels;
using Akka.Event;
using Trapline.Shared.Consoles;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Consoles;

/// <summary>
/// Brings what guests print to the disk, on one task of its own: a guest never waits for it, and neither does an actor. A disk that takes nothing
/// costs the guest's words, not the guest.
/// <code>
///   hart ──► ConsoleLog ──bell──► queue (each console at most once) ──► the task ──► consoles/VM/INCARNATION.log
/// </code>
/// </summary>
public sealed class ConsoleKeeper : IAsyncDisposable
{
    private readonly Channel<Action> _work = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConsoleFiles _files;
    private readonly ILoggingAdapter _log;
    private readonly Task _task;
    private bool _failing;

    /// <summary>A keeper for the consoles below a data root.</summary>
    public ConsoleKeeper(ConsoleFiles files, ILoggingAdapter log)
    {
        (_files, _log) = (files, log);
        _task = Task.Run(WorkAsync);
    }

    /// <summary>Keeps what an incarnation prints from now on.</summary>
    public void Keep(VmId vm, Incarnation incarnation, ConsoleLog console)
    {
        var written = 0L;
        Bell? bell = null;
        void Write()
        {
            bell!.Arm();
            var (bytes, next) = console.Read(written);
            written = next;
            if (bytes.Length > 0)
                _files.Append(vm, incarnation, bytes);
        }

        bell = new Bell(() => _work.Writer.TryWrite(Write));
        _work.Writer.TryWrite(() => _files.MakeRoom(vm));
        console.Add(bell);
        bell.Arm();
        bell.Ring();
    }

    /// <summary>The VM is gone: drops its consoles.</summary>
    public void Drop(VmId vm) => _work.Writer.TryWrite(() => _files.Delete(vm));

    /// <summary>Writes what waits, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        await _task.ConfigureAwait(false);
    }

    private async Task WorkAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            try
            {
                work();
                _failing = false;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                if (!_failing)
                    _log.Warning("What guests print cannot be kept on disk: {Problem}", e.Message);
                _failing = true;
            }
        }
    }
}
