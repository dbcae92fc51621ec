using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Persistence.Journal;

namespace Akka.Persistence;

/// <summary>
/// Starts journals and snapshot stores when they are first asked for, one actor for each configuration path, named like it
/// (<c>/system/akka.persistence.journal.sql</c>). Any thread may call it.
/// </summary>
public class PersistenceExtension : IExtension
{
    private const string NoSnapshotStore = "akka.persistence.no-snapshot-store";
    private const string JournalFallback = "akka.persistence.journal-plugin-fallback";
    private const string SnapshotFallback = "akka.persistence.snapshot-store-plugin-fallback";

    private readonly ExtendedActorSystem _system;
    private readonly Config _config;
    private readonly ConcurrentDictionary<string, Lazy<IActorRef>> _plugins = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Lazy<EventAdapters>> _adapters = new(StringComparer.Ordinal);

    /// <summary>Creates the extension for an actor system.</summary>
    public PersistenceExtension(ExtendedActorSystem system)
    {
        _system = system;
        _config = system.Settings.Config;
        DefaultJournalPluginId = _config.GetString("akka.persistence.journal.plugin", "");
        DefaultSnapshotPluginId = _config.GetString("akka.persistence.snapshot-store.plugin", "");
        PublishPluginCommands = _config.GetBoolean("akka.persistence.publish-plugin-commands");
        DefaultInternalStashOverflowStrategy = CreateOverflowStrategy();
        var permits = _config.GetInt("akka.persistence.max-concurrent-recoveries", 50);
        RecoveryPermitter = system.SystemActorOf(
            Props.Create(typeof(RecoveryPermitter), permits), "recoveryPermitter");
        foreach (var path in _config.GetStringList("akka.persistence.journal.auto-start-journals"))
            JournalFor(path);
        foreach (var path in _config.GetStringList("akka.persistence.snapshot-store.auto-start-snapshot-stores"))
            SnapshotStoreFor(path);
    }

    /// <summary>What persistent actors do with commands that their internal stash has no room for.</summary>
    public IStashOverflowStrategy DefaultInternalStashOverflowStrategy { get; }

    /// <summary>The journal of actors that name none.</summary>
    internal string DefaultJournalPluginId { get; }

    /// <summary>The snapshot store of actors that name none.</summary>
    internal string DefaultSnapshotPluginId { get; }

    /// <summary>Whether plug-ins publish what they are asked on the event stream, for tests.</summary>
    internal bool PublishPluginCommands { get; }

    /// <summary>How many commands the internal stash of a persistent actor holds; -1 for no limit.</summary>
    internal int InternalStashCapacity => _config.GetInt("akka.actor.default-mailbox.stash-capacity", -1);

    /// <summary>Gives leave to recover.</summary>
    internal IActorRef RecoveryPermitter { get; }

    /// <summary>The time that snapshots are taken at.</summary>
    internal DateTime UtcNow => TimeProvider.System.GetUtcNow().UtcDateTime;

    /// <summary>The persistence id of an actor that does not choose one: its path.</summary>
    public string PersistenceId(IActorRef actor) => actor.Path.ToStringWithoutAddress();

    /// <summary>The journal with this configuration path; empty means the default one.</summary>
    public IActorRef JournalFor(string journalPluginId) =>
        PluginFor(JournalPath(journalPluginId), JournalFallback);

    /// <summary>The snapshot store with this configuration path; empty means the default one.</summary>
    public IActorRef SnapshotStoreFor(string snapshotPluginId)
    {
        var path = string.IsNullOrEmpty(snapshotPluginId) ? DefaultSnapshotPluginId : snapshotPluginId;
        return PluginFor(string.IsNullOrEmpty(path) ? NoSnapshotStore : path, SnapshotFallback);
    }

    /// <summary>The event adapters of a journal.</summary>
    public EventAdapters AdaptersFor(string journalPluginId)
    {
        var path = JournalPath(journalPluginId);
        return _adapters.GetOrAdd(
            path,
            static (p, self) => new Lazy<EventAdapters>(() => EventAdapters.Create(self._system, self.PluginConfig(p, JournalFallback))),
            this).Value;
    }

    /// <summary>How long a recovery from this journal may be silent.</summary>
    internal TimeSpan RecoveryEventTimeout(string journalPluginId) =>
        PluginConfig(JournalPath(journalPluginId), JournalFallback).GetTimeSpan("recovery-event-timeout", null, allowInfinite: false);

    /// <summary>The settings of a journal actor, by its name; the general ones if it was not started here.</summary>
    internal Config JournalConfig(IActorRef journal) => PluginConfig(journal.Path.Name, JournalFallback);

    /// <summary>The settings of a snapshot store actor, by its name; the general ones if it was not started here.</summary>
    internal Config SnapshotStoreConfig(IActorRef store) => PluginConfig(store.Path.Name, SnapshotFallback);

    private string JournalPath(string id)
    {
        var path = string.IsNullOrEmpty(id) ? DefaultJournalPluginId : id;
        return string.IsNullOrEmpty(path)
            ? throw new ArgumentException("No journal is named: akka.persistence.journal.plugin is empty.") : path;
    }

    private Config PluginConfig(string path, string fallback)
    {
        var own = _config.HasPath(path) ? _config.GetConfig(path) : null;
        return own.SafeWithFallback(_config.GetConfig(fallback));
    }

    private IActorRef PluginFor(string path, string fallback) =>
        _plugins.GetOrAdd(
            path, static (p, plugin) => new Lazy<IActorRef>(() => plugin.Self.Start(p, plugin.Fallback)), (Self: this, Fallback: fallback)).Value;

    private IActorRef Start(string path, string fallback)
    {
        if (!_config.HasPath(path))
            throw new ArgumentException($"The persistence plug-in '{path}' is not configured.");
        var config = PluginConfig(path, fallback);
        var className = config.GetString("class");
        if (string.IsNullOrEmpty(className))
            throw new ArgumentException($"The persistence plug-in '{path}' names no class: {path}.class is empty.");
        var type = TypeNames.Find(className)
            ?? throw new ArgumentException($"{path}.class: there is no type '{className}'.");
        object[] arguments = type.GetConstructor([typeof(Config)]) is null ? [] : [config];
        var props = Props.Create(type, arguments).WithDispatcher(config.GetString("plugin-dispatcher"));
        return _system.SystemActorOf(props, path);
    }

    private IStashOverflowStrategy CreateOverflowStrategy()
    {
        const string path = "akka.persistence.internal-stash-overflow-strategy";
        var className = _config.GetString(path);
        if (TypeNames.Find(className) is not { } type || !typeof(IStashOverflowStrategyConfigurator).IsAssignableFrom(type))
            throw new ConfigurationException($"{path}: expected the name of a stash overflow strategy configurator, found '{className}'.");
        return ((IStashOverflowStrategyConfigurator)Activator.CreateInstance(type)!).Create(_config);
    }
}
