using System.Text.Json;
using Akka.Actor;
using Akka.Event;
using Akka.Remote;
using Akka.Remote.Transport;
using Trapline.Shared.Faults;

namespace Trapline.Shared.Processes;

/// <summary>
/// Applies the partitions of a <see cref="FaultFolder"/> to one node, through the throttle adapter of its transport: what is cut is dropped as if
/// the network had lost it. Both ends of a cut apply it, so that it holds even while one of them is suspended.
/// </summary>
public sealed class FaultInjection : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly FaultFolder _folder;
    private readonly string _node;
    private readonly Address _self;
    private readonly RemoteTransport _transport;
    private readonly ILoggingAdapter _log;
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<(string Host, int Port), (bool Send, bool Receive)> _cut = [];
    private string? _said = "";
    private Task _watching = Task.CompletedTask;

    private FaultInjection(ActorSystem system, string node, FaultFolder folder)
    {
        (_folder, _node) = (folder, node);
        var provider = (IRemoteActorRefProvider)((ExtendedActorSystem)system).Provider;
        (_self, _transport, _log) = (provider.DefaultAddress, provider.Transport, Akka.Event.Logging.GetLogger(system, nameof(FaultInjection)));
    }

    /// <summary>Applies what is in force already, and then whatever changes.</summary>
    public static async Task<FaultInjection> StartAsync(ActorSystem system, string node, string dataRoot, TimeProvider time)
    {
        var injection = new FaultInjection(system, node, new FaultFolder(dataRoot));
        await injection.LookAsync().ConfigureAwait(false);
        injection._watching = injection.WatchAsync(time);
        return injection;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await _watching.ConfigureAwait(false);
        _ending.Dispose();
    }

    private async Task WatchAsync(TimeProvider time)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_ending.Token).ConfigureAwait(false))
                await LookAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The node ends.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            var partition = _folder.ReadPartition();
            if (partition is null && _cut.Count == 0 && _said is null)
                return;
            await ApplyAsync(partition).ConfigureAwait(false);
            if (_said == partition?.Id)
                return;
            _said = partition?.Id;
            _folder.Write(new FaultyNode(_node, _self.Host!, _self.Port!.Value, _said));
            _log.Info("Fault injection at {Node}: {Partition}", _node, partition is null ? "the network is whole" : $"partition {partition.Text}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            _log.Warning("Fault injection at {Node}: {Problem}; looked at again", _node, e.Message);
        }
    }

    /// <summary>Brings the adapter from what is cut now to what should be; peers may have come back at other addresses.</summary>
    private async Task ApplyAsync(Partition? partition)
    {
        var wanted = new Dictionary<(string Host, int Port), (bool Send, bool Receive)>();
        foreach (var peer in partition is null ? [] : _folder.ReadNodes())
        {
            if (partition!.CutsBetween(_node, peer.Name) is var cuts && cuts != (false, false))
                wanted[(peer.Host, peer.Port)] = cuts;
        }

        foreach (var peer in _cut.Keys.Union(wanted.Keys).ToList())
        {
            var (now, then) = (_cut.GetValueOrDefault(peer), wanted.GetValueOrDefault(peer));
            await SetAsync(peer, ThrottleTransportAdapter.Direction.Send, now.Send, then.Send).ConfigureAwait(false);
            await SetAsync(peer, ThrottleTransportAdapter.Direction.Receive, now.Receive, then.Receive).ConfigureAwait(false);
            if (then == (false, false))
                _cut.Remove(peer);
            else
                _cut[peer] = then;
        }
    }

    private Task SetAsync((string Host, int Port) peer, ThrottleTransportAdapter.Direction direction, bool isCut, bool shallBeCut)
    {
        ThrottleMode mode = shallBeCut ? Blackhole.Instance : Unthrottled.Instance;
        return isCut == shallBeCut
            ? Task.CompletedTask
            : _transport.ManagementCommand(new SetThrottle(new Address(_self.Protocol, _self.System, peer.Host, peer.Port), direction, mode));
    }
}
