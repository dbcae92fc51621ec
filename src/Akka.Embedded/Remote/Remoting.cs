using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Links;
using Akka.Remote.Transport;
using Akka.Remote.Wire;

namespace Akka.Remote;

/// <summary>
/// Remoting as a whole: listens, keeps one <see cref="Link"/> per peer, lets peers introduce themselves, and shuts all down again.
/// </summary>
internal sealed class Remoting : RemoteTransport
{
    private const string TcpSection = "akka.remote.dot-netty.tcp";
    private static readonly TimeSpan ShortestTick = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestTick = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<Address, Link> _links = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly OccasionalLog _refusals = new(LinkLimits.DropReportInterval, FailureDetector.DefaultClock);
    private LinkContext? _context;
    private ITimer? _timer;

    public Remoting(ExtendedActorSystem system, RemoteActorRefProvider provider)
        : base(system, provider)
    {
    }

    public override ISet<Address> Addresses => _context is null ? new HashSet<Address>() : [_context.LocalAddress];

    public override Address DefaultAddress => Context.LocalAddress;

    private LinkContext Context => _context ?? throw new RemoteTransportException("Remoting is not started.");

    public override void Start()
    {
        var settings = Provider.RemoteSettings;

        // Wrong settings are an error before anything is opened.
        _ = LinkContext.LoadFailureDetector(settings, System);
        var transport = CreateTransport(settings);
        var listening = transport.ListenAsync(OnAcceptedAsync);
        if (!listening.ContinueWith(_ => { }, TaskScheduler.Default).Wait(settings.StartupTimeout))
            throw new RemoteTransportException($"Remoting did not start within {settings.StartupTimeout.TotalSeconds} s.");
        var bound = listening.GetAwaiter().GetResult();
        var local = new SchemeAugmenter(RemoteSettings.AkkaScheme).AugmentScheme(bound);
        var events = new LifecycleEvents(System, Log, settings.RemoteLifecycleEventsLogLevel);
        _context = new LinkContext(System, Provider, settings, transport, local, AddressUidExtension.Uid(System), Log, events);
        var tick = Shorter(LongestTick, Shorter(settings.SysResendTimeout / 2, settings.TransportHeartBeatInterval / 2));
        tick = tick < ShortestTick ? ShortestTick : tick;
        _timer = TimeProvider.System.CreateTimer(_ => Tick(), null, tick, tick);
        events.Publish(new RemotingListenEvent([local]));
    }

    public override void Send(object message, IActorRef? sender, RemoteActorRef recipient)
    {
        if ((recipient.Link ?? LinkFor(recipient)) is { } link)
            link.Send(message, sender, recipient);
        else
            Context.DeadLetter(message, sender, recipient);
    }

    public override Task<bool> ManagementCommand(object cmd) => ManagementCommand(cmd, CancellationToken.None);

    public override async Task<bool> ManagementCommand(object cmd, CancellationToken cancellationToken)
    {
        if (cmd is ForceDisassociate force)
        {
            foreach (var link in _links.Values.Where(l => l.RemoteAddress.Host == force.Address.Host && l.RemoteAddress.Port == force.Address.Port))
                link.ForceDisassociate();
            return true;
        }

        return await Context.Transport.ManagementCommand(cmd)
            .WaitAsync(Provider.RemoteSettings.CommandAckTimeout, TimeProvider.System, cancellationToken)
            .ConfigureAwait(false);
    }

    public override Address LocalAddressForRemote(Address remote) => IsResponsibleFor(remote)
        ? Context.LocalAddress
        : throw new RemoteTransportException($"No transport is responsible for {remote}; this system's address is {Context.LocalAddress}.");

    public override void Quarantine(Address address, int? uid)
    {
        if (IsResponsibleFor(address))
            LinkTo(address).Quarantine(uid, "it was asked for");
    }

    public override async Task Shutdown()
    {
        if (_context is not { } context)
            return;
        await _closing.CancelAsync().ConfigureAwait(false);
        if (_timer is not null)
            await _timer.DisposeAsync().ConfigureAwait(false);
        var settings = Provider.RemoteSettings;
        var closing = Task.WhenAll(_links.Values.Select(link => link.ShutdownAsync(settings.FlushWait)).Append(context.Transport.StopListeningAsync()));
        if (await Task.WhenAny(closing, Task.Delay(settings.ShutdownTimeout, TimeProvider.System)).ConfigureAwait(false) != closing)
            Log.Warning("Remoting was not shut down within {0} s", settings.ShutdownTimeout.TotalSeconds);
        context.Events.Publish(new RemotingShutdownEvent());
    }

    private static TimeSpan Shorter(TimeSpan left, TimeSpan right) => left < right ? left : right;

    private Transport.Transport CreateTransport(RemoteSettings settings)
    {
        var section = settings.Config.GetConfig(TcpSection);
        Transport.Transport transport = new TcpTransport(System, section, settings.HandshakeTimeout);
        foreach (var adapter in section.GetStringList("applied-adapters"))
        {
            transport = adapter == ThrottleTransportAdapter.Scheme
                ? new ThrottleTransportAdapter(transport, System)
                : throw section.ErrorAt("applied-adapters", $"there is no adapter '{adapter}'; '{ThrottleTransportAdapter.Scheme}' is expected.");
        }

        return transport;
    }

    private bool IsResponsibleFor(Address remote) =>
        remote is { HasGlobalScope: true, Port: not null } && remote.Protocol == Context.LocalAddress.Protocol;

    private Link? LinkFor(RemoteActorRef recipient)
    {
        var address = recipient.Path.Address;
        if (!IsResponsibleFor(address))
        {
            if (_refusals.TryBegin(out var more))
                Log.Warning(
                    "Dropped a message to {0}: this system's transport is for {1} ({2} more dropped since the last report)",
                    recipient,
                    Context.LocalAddress.Protocol,
                    more);
            return null;
        }

        return recipient.Link = LinkTo(address);
    }

    private Link LinkTo(Address address) => _links.GetOrAdd(address, static (key, context) => new Link(context, key), Context);

    private void Tick()
    {
        var now = FailureDetector.DefaultClock();
        foreach (var link in _links.Values)
            link.Tick(now);
    }

    /// <summary>A peer has connected; nothing that it says is believed before it is checked.</summary>
    private async Task OnAcceptedAsync(PendingConnection pending)
    {
        try
        {
            var context = await StartedAsync().ConfigureAwait(false);
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
            timeout.CancelAfter(context.Settings.HandshakeTimeout);
            var hello = await Handshake.ReceiveHelloAsync(pending.Connection, timeout.Token).ConfigureAwait(false);
            var (origin, status) = Check(hello, context);
            if (status != WelcomeStatus.Accepted)
            {
                await RefuseAsync(pending, status, context, timeout.Token).ConfigureAwait(false);
                Log.Warning("Refused a connection of {0} from {1}, which means to reach {2}: {3}", hello.Origin, pending.Origin, hello.Target, status);
                return;
            }

            await WelcomeAsync(pending, context, LinkTo(origin!), hello.Uid, timeout.Token).ConfigureAwait(false);
        }
        catch (OtherVersionException failure)
        {
            Log.Warning("Disconnected {0}: it speaks {1}", pending.Origin, failure.Message);
            await RefuseAsync(pending, WelcomeStatus.WrongVersion, Context, CancellationToken.None).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!_closing.IsCancellationRequested)
        {
            Log.Warning("Disconnected {0}: it did not introduce itself within {1} s", pending.Origin, Provider.RemoteSettings.HandshakeTimeout.TotalSeconds);
        }
        catch (InvalidAssociationException failure)
        {
            Log.Warning("Disconnected {0}: {1}", pending.Origin, failure.Message);
        }
        catch (Exception failure) when (failure is OperationCanceledException || WireConnection.IsConnectionFailure(failure))
        {
            Log.Debug("The connection from {0} was lost: {1}", pending.Origin, failure.Message);
        }
        finally
        {
            pending.Connection.Abort();
        }
    }

    private async Task WelcomeAsync(PendingConnection pending, LinkContext context, Link link, int uid, CancellationToken cancellation)
    {
        if (context.ThrottleOf(link.RemoteAddress) is { } throttle && (throttle.DropsSent || throttle.DropsReceived))
            return;
        var connection = new InboundConnection(context, link, pending.Connection, uid);
        if (link.AcceptInbound(connection, out var inbox, out var predecessor) == InboundVerdict.Quarantined)
        {
            await RefuseAsync(pending, WelcomeStatus.Quarantined, context, cancellation).ConfigureAwait(false);
            if (_refusals.TryBegin(out var more))
                Log.Warning(
                    "Refused a connection of {0} from {1}: its incarnation {2} is quarantined ({3} more refusals since the last report)",
                    link.RemoteAddress,
                    pending.Origin,
                    uid,
                    more);
            return;
        }

        pending.Identified();
        await connection.RunAsync(inbox, predecessor, pending.Origin).ConfigureAwait(false);
    }

    private (Address? Origin, WelcomeStatus Status) Check(Hello hello, LinkContext context)
    {
        if (_closing.IsCancellationRequested)
            return (null, WelcomeStatus.ShuttingDown);
        if (hello.Target != context.LocalAddress.ToString()
            || !Address.TryParse(hello.Origin, out Address? origin)
            || origin!.ToString() != hello.Origin
            || !IsResponsibleFor(origin)
            || origin == context.LocalAddress)
            return (null, WelcomeStatus.WrongAddress);
        var isKnown = _links.ContainsKey(origin) || _links.Count < LinkLimits.MaxLinks;
        return (origin, isKnown ? WelcomeStatus.Accepted : WelcomeStatus.ShuttingDown);
    }

    private static async Task RefuseAsync(PendingConnection pending, WelcomeStatus status, LinkContext context, CancellationToken cancellation)
    {
        try
        {
            await Handshake.SendAsync(pending.Connection, Preface.Encode(new Welcome(status, context.LocalUid)), cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (WireConnection.IsConnectionFailure(failure))
        {
            // It does not wait for the answer.
        }
    }

    /// <summary>A peer can connect a moment before <see cref="Start"/> has noted its own address.</summary>
    private async Task<LinkContext> StartedAsync()
    {
        while (_context is null)
            await Task.Delay(ShortestTick, TimeProvider.System, _closing.Token).ConfigureAwait(false);
        return _context;
    }
}
