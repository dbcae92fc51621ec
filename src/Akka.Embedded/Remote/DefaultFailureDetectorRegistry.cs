using System.Collections.Concurrent;

namespace Akka.Remote;

/// <summary>A failure detector registry that makes its detectors with a factory, on the first heartbeat of a resource.</summary>
/// <typeparam name="T">What identifies a resource, such as an address.</typeparam>
public class DefaultFailureDetectorRegistry<T> : IFailureDetectorRegistry<T>
    where T : notnull
{
    private readonly ConcurrentDictionary<T, FailureDetector> _detectors = new();
    private readonly Func<FailureDetector> _factory;
    private readonly Lock _creating = new();

    /// <summary>Creates an empty registry.</summary>
    /// <param name="factory">Makes the detector of one resource.</param>
    public DefaultFailureDetectorRegistry(Func<FailureDetector> factory) => _factory = factory;

    /// <inheritdoc/>
    public bool IsAvailable(T resource) => !_detectors.TryGetValue(resource, out var detector) || detector.IsAvailable;

    /// <inheritdoc/>
    public bool IsMonitoring(T resource) => _detectors.TryGetValue(resource, out var detector) && detector.IsMonitoring;

    /// <inheritdoc/>
    public void Heartbeat(T resource)
    {
        if (_detectors.TryGetValue(resource, out var known))
        {
            known.HeartBeat();
            return;
        }

        // The first heartbeat is recorded before the detector is visible: nobody must see a detector without history.
        lock (_creating)
        {
            if (_detectors.TryGetValue(resource, out var detector))
            {
                detector.HeartBeat();
                return;
            }

            var created = _factory();
            if (created is PhiAccrualFailureDetector phi)
                phi.Address = resource.ToString() ?? string.Empty;
            created.HeartBeat();
            _detectors[resource] = created;
        }
    }

    /// <inheritdoc/>
    public void Remove(T resource) => _detectors.TryRemove(resource, out _);

    /// <inheritdoc/>
    public void Reset() => _detectors.Clear();

    internal FailureDetector? GetFailureDetector(T resource) => _detectors.GetValueOrDefault(resource);
}
