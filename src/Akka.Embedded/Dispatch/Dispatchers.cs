using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Configuration;

namespace Akka.Dispatch;

/// <summary>The dispatchers of one actor system, made from configuration when first asked for.</summary>
public sealed class Dispatchers
{
    /// <summary>Path of the dispatcher for actors that name none.</summary>
    public const string DefaultDispatcherId = "akka.actor.default-dispatcher";

    /// <summary>Path of the dispatcher for actors that block.</summary>
    public const string DefaultBlockingDispatcherId = "akka.actor.default-blocking-io-dispatcher";

    /// <summary>Path of the dispatcher that runs on the current synchronization context.</summary>
    public const string SynchronizedDispatcherId = "akka.actor.synchronized-dispatcher";

    private readonly Config _config;
    private readonly ConcurrentDictionary<string, Lazy<MessageDispatcher>> _dispatchers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Func<string, Config, MessageDispatcher>> _types = new(StringComparer.Ordinal);

    internal Dispatchers(Config config)
    {
        _config = config;
        DefaultGlobalDispatcher = Lookup(DefaultDispatcherId);
    }

    /// <summary>The dispatcher for actors that name none.</summary>
    public MessageDispatcher DefaultGlobalDispatcher { get; }

    /// <summary>The configuration of the default dispatcher.</summary>
    public Config DefaultDispatcherConfig => _config.GetConfig(DefaultDispatcherId);

    /// <summary>Whether <paramref name="id"/> can be looked up.</summary>
    public bool HasDispatcher(string id) => _dispatchers.ContainsKey(id) || _types.ContainsKey(id) || _config.HasPath(id);

    /// <summary>The dispatcher configured at the path <paramref name="dispatcherName"/>.</summary>
    /// <exception cref="ConfigurationException">Nothing is configured there, or its type is unknown.</exception>
    public MessageDispatcher Lookup(string dispatcherName)
    {
        var id = string.IsNullOrEmpty(dispatcherName) ? DefaultDispatcherId : dispatcherName;
        return _dispatchers.GetOrAdd(id, static (key, self) => new Lazy<MessageDispatcher>(() => self.Make(key)), this).Value;
    }

    /// <summary>Makes dispatchers of a type or path that configuration does not know (the test kit's).</summary>
    internal void Register(string typeOrId, Func<string, Config, MessageDispatcher> factory) => _types[typeOrId] = factory;

    internal void Stop()
    {
        foreach (var dispatcher in _dispatchers.Values)
        {
            if (dispatcher.IsValueCreated)
                dispatcher.Value.Stop();
        }
    }

    private MessageDispatcher Make(string id)
    {
        if (!_config.HasPath(id))
        {
            return _types.TryGetValue(id, out var known)
                ? known(id, Config.Empty)
                : throw new ConfigurationException($"Dispatcher [{id}] not configured for path {id}");
        }

        var config = _config.GetConfig(id);
        if (id != DefaultDispatcherId)
            config = config.WithFallback(_config.GetConfig(DefaultDispatcherId));
        var throughput = config.GetInt("throughput", MessageDispatcher.DefaultThroughput);
        var deadline = config.GetTimeSpan("throughput-deadline-time", TimeSpan.Zero);
        var type = config.GetString("type", "Dispatcher");
        if (_types.TryGetValue(type, out var factory))
            return factory(id, config);
        return type switch
        {
            "Dispatcher" or "TaskDispatcher" or "ThreadPoolDispatcher" => OfExecutor(id, config, throughput, deadline),
            "ForkJoinDispatcher" => new DedicatedThreadDispatcher(id, throughput, deadline, DedicatedThreads(config)),
            "PinnedDispatcher" => new DedicatedThreadDispatcher(id, throughput, deadline, 1),
            "SynchronizedDispatcher" or "CurrentSynchronizationContextDispatcher" => new ThreadPoolDispatcher(id, throughput, deadline),
            _ => throw new ConfigurationException(
                $"{id}.type is '{type}'; expected Dispatcher, TaskDispatcher, ForkJoinDispatcher, PinnedDispatcher or SynchronizedDispatcher."),
        };
    }

    private static MessageDispatcher OfExecutor(string id, Config config, int throughput, TimeSpan deadline) =>
        config.GetString("executor", "default-executor") switch
        {
            "fork-join-executor" => new DedicatedThreadDispatcher(id, throughput, deadline, DedicatedThreads(config)),
            _ => new ThreadPoolDispatcher(id, throughput, deadline),
        };

    private static int DedicatedThreads(Config config) =>
        config.HasPath("dedicated-thread-pool.thread-count")
            ? config.GetInt("dedicated-thread-pool.thread-count")
            : Math.Max(2, Environment.ProcessorCount);
}
