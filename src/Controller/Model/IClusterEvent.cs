namespace Trapline.Controller.Model;

/// <summary>Something that was decided or noticed, as the journal keeps it. Events alone change the model.</summary>
public interface IClusterEvent
{
    /// <summary>When, by the controller's clock: UTC.</summary>
    DateTimeOffset At { get; }
}
