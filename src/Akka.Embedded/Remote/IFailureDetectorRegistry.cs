namespace Akka.Remote;

/// <summary>A set of failure detectors, one for each resource that has ever sent a heartbeat.</summary>
/// <typeparam name="T">What identifies a resource, such as an address.</typeparam>
public interface IFailureDetectorRegistry<in T>
{
    /// <summary>True while <paramref name="resource"/> is taken to be up; unknown resources are.</summary>
    /// <param name="resource">The resource to ask about.</param>
    bool IsAvailable(T resource);

    /// <summary>True once <paramref name="resource"/> has sent a heartbeat and has not been removed since.</summary>
    /// <param name="resource">The resource to ask about.</param>
    bool IsMonitoring(T resource);

    /// <summary>Records a heartbeat; the first one of a resource creates its detector.</summary>
    /// <param name="resource">The resource that the heartbeat came from.</param>
    void Heartbeat(T resource);

    /// <summary>Forgets a resource.</summary>
    /// <param name="resource">The resource to forget.</param>
    void Remove(T resource);

    /// <summary>Forgets all resources.</summary>
    void Reset();
}
