using System.Collections.Concurrent;
using Akka.Actor;
using Akka.Actor.Internal;
using Akka.Configuration;
using Akka.Event;

namespace Akka.Persistence.Journal;

/// <summary>
/// The event adapters of one journal, by event type: an event is adapted by the binding of its own type, or of the most
/// special type that it can be assigned to. Any thread may call it.
/// </summary>
public class EventAdapters
{
    private readonly ConcurrentDictionary<Type, IEventAdapter> _map;
    private readonly KeyValuePair<Type, IEventAdapter>[] _bindings;
    private readonly ILoggingAdapter _log;

    /// <summary>Creates the adapters.</summary>
    protected EventAdapters(
        ConcurrentDictionary<Type, IEventAdapter> map, IEnumerable<KeyValuePair<Type, IEventAdapter>> bindings, ILoggingAdapter log)
    {
        _map = map;
        _bindings = [.. bindings];
        _log = log;
    }

    /// <summary>Makes the adapters from a journal's <c>event-adapters</c> and <c>event-adapter-bindings</c>.</summary>
    public static EventAdapters Create(ExtendedActorSystem system, Config config)
    {
        var classes = Read(config, "event-adapters").ToDictionary(a => a.Key, a => a.Value.GetString(), StringComparer.Ordinal);
        var bindings = new List<KeyValuePair<Type, IEventAdapter>>();
        var handlers = new Dictionary<string, IEventAdapter>(StringComparer.Ordinal);
        foreach (var (typeName, value) in Read(config, "event-adapter-bindings"))
        {
            var type = TypeNames.Find(typeName)
                ?? throw new ConfigurationException($"event-adapter-bindings: there is no type '{typeName}'.");
            IList<string> names = value.IsArray() ? value.GetStringList() : [value.GetString()];
            var adapters = names.Select(name => Adapter(name, classes, handlers, system)).ToList();
            bindings.Add(KeyValuePair.Create(type, adapters.Count == 1 ? adapters[0] : new CombinedReadEventAdapter(adapters)));
        }

        var map = new ConcurrentDictionary<Type, IEventAdapter>(bindings.DistinctBy(b => b.Key));
        return new EventAdapters(map, MostSpecialFirst(bindings), Logging.GetLogger(system, typeof(EventAdapters)));
    }

    /// <summary>The adapter for a type of event.</summary>
    public IEventAdapter Get<T>() => Get(typeof(T));

    /// <summary>The adapter for a type of event; one that changes nothing if none is bound.</summary>
    public virtual IEventAdapter Get(Type type)
    {
        if (_bindings.Length == 0)
            return IdentityEventAdapter.Instance;
        return _map.GetOrAdd(type, static (t, adapters) => adapters.Choose(t), this);
    }

    private IEventAdapter Choose(Type type)
    {
        var bound = Array.Find(_bindings, b => b.Key.IsAssignableFrom(type));
        _log.Debug("Events of type {0} are adapted by {1}", type, bound.Value?.GetType().Name ?? "nothing");
        return bound.Value ?? IdentityEventAdapter.Instance;
    }

    private static IEnumerable<KeyValuePair<string, Configuration.Hocon.HoconValue>> Read(Config config, string path) =>
        config.HasPath(path) ? config.GetConfig(path).AsEnumerable() : [];

    private static IEventAdapter Adapter(
        string name, Dictionary<string, string> classes, Dictionary<string, IEventAdapter> made, ExtendedActorSystem system)
    {
        if (made.TryGetValue(name, out var existing))
            return existing;
        if (!classes.TryGetValue(name, out var className))
            throw new ConfigurationException($"event-adapter-bindings: there is no event adapter '{name}'.");
        var type = TypeNames.Find(className)
            ?? throw new ConfigurationException($"event-adapters.{name}: there is no type '{className}'.");
        object[] arguments = type.GetConstructor([typeof(ExtendedActorSystem)]) is null ? [] : [system];
        IEventAdapter adapter = Activator.CreateInstance(type, arguments) switch
        {
            IEventAdapter both => both,
            IReadEventAdapter read => new ReadOnlyEventAdapter(read),
            IWriteEventAdapter write => new WriteOnlyEventAdapter(write),
            _ => throw new ConfigurationException($"event-adapters.{name}: '{className}' is no event adapter."),
        };
        return made[name] = adapter;
    }

    private static IEnumerable<KeyValuePair<Type, IEventAdapter>> MostSpecialFirst(List<KeyValuePair<Type, IEventAdapter>> bindings)
    {
        var sorted = new List<KeyValuePair<Type, IEventAdapter>>();
        foreach (var binding in bindings)
        {
            var before = sorted.FindIndex(other => other.Key.IsAssignableFrom(binding.Key));
            sorted.Insert(before < 0 ? sorted.Count : before, binding);
        }

        return sorted;
    }
}

/// <summary>Several adapters for one type of event: each may turn an event of the journal into events. For reading only.</summary>
public sealed class CombinedReadEventAdapter : IEventAdapter
{
    /// <summary>Creates the adapter.</summary>
    public CombinedReadEventAdapter(IEnumerable<IEventAdapter> adapters) => Adapters = [.. adapters];

    /// <summary>The adapters, in order.</summary>
    public IEnumerable<IEventAdapter> Adapters { get; }

    /// <inheritdoc/>
    public string Manifest(object evt) => throw CannotWrite();

    /// <inheritdoc/>
    public object ToJournal(object evt) => throw CannotWrite();

    /// <inheritdoc/>
    public IEventSequence FromJournal(object evt, string manifest) =>
        EventSequence.Create(Adapters.SelectMany(a => a.FromJournal(evt, manifest).Events));

    private static InvalidOperationException CannotWrite() =>
        new("Several event adapters are bound to one type: they can read events together, but not write them.");
}

/// <summary>An adapter that only reads, and writes events as they are.</summary>
internal sealed class ReadOnlyEventAdapter(IReadEventAdapter adapter) : IEventAdapter
{
    /// <inheritdoc/>
    public string Manifest(object evt) => "";

    /// <inheritdoc/>
    public object ToJournal(object evt) => evt;

    /// <inheritdoc/>
    public IEventSequence FromJournal(object evt, string manifest) => adapter.FromJournal(evt, manifest);
}

/// <summary>An adapter that only writes, and reads events as they are.</summary>
internal sealed class WriteOnlyEventAdapter(IWriteEventAdapter adapter) : IEventAdapter
{
    /// <inheritdoc/>
    public string Manifest(object evt) => adapter.Manifest(evt);

    /// <inheritdoc/>
    public object ToJournal(object evt) => adapter.ToJournal(evt);

    /// <inheritdoc/>
    public IEventSequence FromJournal(object evt, string manifest) => EventSequence.Single(evt);
}
