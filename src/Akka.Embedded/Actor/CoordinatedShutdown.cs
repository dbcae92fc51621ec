// Ends a system in phases. Phases form a graph (akka.coordinated-shutdown.phases: depends-on, timeout, recover, enabled) and run
// in topological order, one after the other; tasks of one phase run at the same time. Who starts it: Run, Terminate
// (run-by-actor-system-terminate), SIGTERM or the end of the process (run-by-clr-shutdown-hook), or a cluster downing.
using System.Collections.Immutable;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Actor;

/// <summary>Ends an actor system and what belongs to it in an orderly way.</summary>
public sealed class CoordinatedShutdown : IExtension
{
    /// <summary>The first phase: things that must be done before all else.</summary>
    public const string PhaseBeforeServiceUnbind = "before-service-unbind";

    /// <summary>No new connections.</summary>
    public const string PhaseServiceUnbind = "service-unbind";

    /// <summary>Requests under way are finished.</summary>
    public const string PhaseServiceRequestsDone = "service-requests-done";

    /// <summary>Connections are closed.</summary>
    public const string PhaseServiceStop = "service-stop";

    /// <summary>The last moment inside the cluster.</summary>
    public const string PhaseBeforeClusterShutdown = "before-cluster-shutdown";

    /// <summary>Shards are handed over.</summary>
    public const string PhaseClusterShardingShutdownRegion = "cluster-sharding-shutdown-region";

    /// <summary>The node says that it leaves.</summary>
    public const string PhaseClusterLeave = "cluster-leave";

    /// <summary>Singletons are handed over.</summary>
    public const string PhaseClusterExiting = "cluster-exiting";

    /// <summary>The others know that the node has left.</summary>
    public const string PhaseClusterExitingDone = "cluster-exiting-done";

    /// <summary>The cluster's actors end.</summary>
    public const string PhaseClusterShutdown = "cluster-shutdown";

    /// <summary>The last moment before the actors end.</summary>
    public const string PhaseBeforeActorSystemTerminate = "before-actor-system-terminate";

    /// <summary>The last phase: the actors end.</summary>
    public const string PhaseActorSystemTerminate = "actor-system-terminate";

    private readonly ImmutableDictionary<string, Phase> _phases;
    private readonly IReadOnlyList<string> _order;
    private readonly Dictionary<string, List<(string Name, Func<Task<Done>> Run)>> _tasks = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<Done> _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Reason? _reason;

    internal CoordinatedShutdown(ExtendedActorSystem system, Config config)
    {
        System = system;
        Log = Logging.GetLogger(system, GetType());
        _phases = Phase.Read(config);
        _order = Phase.Sort(_phases);
    }

    /// <summary>The system.</summary>
    public ExtendedActorSystem System { get; }

    /// <summary>Why it was started; null if it was not.</summary>
    public Reason? ShutdownReason
    {
        get
        {
            lock (_lock)
                return _reason;
        }
    }

    /// <summary>How long all phases that have tasks may take together.</summary>
    public TimeSpan TotalTimeout
    {
        get
        {
            lock (_lock)
                return _order.Where(_tasks.ContainsKey).Aggregate(TimeSpan.Zero, (sum, phase) => sum + Timeout(phase));
        }
    }

    private ILoggingAdapter Log { get; }

    /// <summary>The coordinated shutdown of <paramref name="sys"/>.</summary>
    public static CoordinatedShutdown Get(ActorSystem sys) => (CoordinatedShutdown)sys.RegisterExtension(new CoordinatedShutdownExtension());

    /// <summary>Adds a task to a phase. Tasks may also be added while earlier phases run.</summary>
    /// <exception cref="ConfigurationException">There is no such phase.</exception>
    public void AddTask(string phase, string taskName, Func<Task<Done>> task)
    {
        if (!_phases.ContainsKey(phase))
        {
            throw new ConfigurationException(
                $"Unknown phase [{phase}], known phases [{string.Join(",", _phases.Keys)}]. All phases (along with their optional dependencies) must be defined in configuration.");
        }

        if (string.IsNullOrEmpty(taskName))
            throw new ArgumentException("Set a task name when adding tasks to the Coordinated Shutdown, to ease debugging.", nameof(taskName));
        lock (_lock)
        {
            if (!_tasks.TryGetValue(phase, out var tasks))
                _tasks[phase] = tasks = [];
            tasks.Add((taskName, task));
        }
    }

    /// <summary>How long a phase may take.</summary>
    /// <exception cref="ArgumentException">There is no such phase.</exception>
    public TimeSpan Timeout(string phase) => _phases.TryGetValue(phase, out var known)
        ? known.Timeout
        : throw new ArgumentException($"Unknown phase [{phase}]. All phases must be defined in configuration.", nameof(phase));

    /// <summary>Runs all phases, or those from <paramref name="fromPhase"/> on; only the first call has an effect.</summary>
    public Task<Done> Run(Reason reason, string? fromPhase = null)
    {
        if (fromPhase is not null && !_phases.ContainsKey(fromPhase))
            throw new ArgumentException($"Unknown phase [{fromPhase}].", nameof(fromPhase));
        lock (_lock)
        {
            if (_reason is not null)
                return _completed.Task;
            _reason = reason;
        }

        Log.Debug("Performing coordinated shutdown: {0}", reason.GetType().Name);
        _ = Task.Run(() => RunPhases(fromPhase));
        return _completed.Task;
    }

    private async Task RunPhases(string? fromPhase)
    {
        try
        {
            foreach (var phase in fromPhase is null ? _order : _order.SkipWhile(p => p != fromPhase))
                await RunPhase(phase).ConfigureAwait(false);
            _completed.TrySetResult(Done.Instance);
        }
        catch (Exception e)
        {
            _completed.TrySetException(e);
        }
    }

    private async Task RunPhase(string phase)
    {
        var settings = _phases[phase];
        List<(string Name, Func<Task<Done>> Run)> tasks;
        lock (_lock)
            tasks = _tasks.TryGetValue(phase, out var added) ? [.. added] : [];
        if (!settings.Enabled)
        {
            if (tasks.Count > 0)
                Log.Info("Phase [{0}] disabled through configuration, skipping [{1}] tasks.", phase, tasks.Count);
            return;
        }

        if (tasks.Count == 0)
        {
            Log.Debug("Performing phase [{0}] with [0] tasks.", phase);
            return;
        }

        Log.Debug("Performing phase [{0}] with [{1}] tasks: [{2}]", phase, tasks.Count, string.Join(",", tasks.Select(t => t.Name)));
        var all = Task.WhenAll(tasks.Select(t => RunTask(phase, settings, t.Name, t.Run)));
        try
        {
            await all.WaitAsync(settings.Timeout, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException e) when (!all.IsCompleted)
        {
            if (!settings.Recover)
                throw new TimeoutException($"Coordinated shutdown phase [{phase}] timed out after {settings.Timeout}", e);
            Log.Warning("Coordinated shutdown phase [{0}] timed out after {1}", phase, settings.Timeout);
        }
    }

    private async Task RunTask(string phase, Phase settings, string name, Func<Task<Done>> task)
    {
        try
        {
            await task().ConfigureAwait(false);
        }
        catch (Exception e) when (settings.Recover)
        {
            Log.Warning("Task [{0}] failed in phase [{1}]: {2}", name, phase, e.Message);
        }
    }

    /// <summary>Why a system is ended.</summary>
    public class Reason
    {
        /// <summary>For derived reasons.</summary>
        protected Reason()
        {
        }
    }

    /// <summary>Nobody said why.</summary>
    public class UnknownReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new UnknownReason();

        private UnknownReason()
        {
        }
    }

    /// <summary>The system was told to terminate.</summary>
    public class ActorSystemTerminateReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ActorSystemTerminateReason();

        private ActorSystemTerminateReason()
        {
        }
    }

    /// <summary>The process ends.</summary>
    public class ClrExitReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClrExitReason();

        private ClrExitReason()
        {
        }
    }

    /// <summary>The cluster has downed this node.</summary>
    public class ClusterDowningReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClusterDowningReason();

        private ClusterDowningReason()
        {
        }
    }

    /// <summary>This node has left the cluster.</summary>
    public class ClusterLeavingReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClusterLeavingReason();

        private ClusterLeavingReason()
        {
        }
    }

    /// <summary>This node could not join the cluster in time.</summary>
    public class ClusterJoinUnsuccessfulReason : Reason
    {
        /// <summary>The only one.</summary>
        public static readonly Reason Instance = new ClusterJoinUnsuccessfulReason();

        private ClusterJoinUnsuccessfulReason()
        {
        }
    }

    /// <summary>One phase, as configured.</summary>
    private sealed record Phase(ImmutableHashSet<string> DependsOn, TimeSpan Timeout, bool Recover, bool Enabled)
    {
        internal static ImmutableDictionary<string, Phase> Read(Config config)
        {
            var defaultTimeout = config.GetTimeSpan("default-phase-timeout", TimeSpan.FromSeconds(5));
            var phases = ImmutableDictionary.CreateBuilder<string, Phase>(StringComparer.Ordinal);
            var section = config.GetConfig("phases");
            foreach (var (name, _) in section.AsEnumerable())
            {
                var one = section.GetConfig(name);
                phases[name] = one.IsNullOrEmpty()
                    ? new Phase([], defaultTimeout, true, true)
                    : new Phase(
                        [.. one.GetStringList("depends-on", [])],
                        one.GetTimeSpan("timeout", defaultTimeout, allowInfinite: false),
                        one.GetBoolean("recover", true),
                        one.GetBoolean("enabled", true));
            }

            return phases.ToImmutable();
        }

        internal static List<string> Sort(ImmutableDictionary<string, Phase> phases)
        {
            var sorted = new List<string>();
            var open = new HashSet<string>(StringComparer.Ordinal);
            foreach (var name in phases.Keys.Order(StringComparer.Ordinal))
                Visit(name);
            return sorted;

            void Visit(string name)
            {
                if (sorted.Contains(name))
                    return;
                if (!open.Add(name))
                    throw new ArgumentException($"Cycle detected in graph of phases: phase [{name}] depends transitively on itself.");
                foreach (var needed in phases.TryGetValue(name, out var phase) ? phase.DependsOn.Order(StringComparer.Ordinal) : Enumerable.Empty<string>())
                    Visit(needed);
                sorted.Add(name);
            }
        }
    }
}
