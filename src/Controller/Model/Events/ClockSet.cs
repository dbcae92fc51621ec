namespace Trapline.Controller.Model.Events;

/// <summary>
/// The wall clock of the controller's machine was set, the machine was suspended, or a controller on a machine with another clock has taken over. What
/// waits goes on waiting as long as it should.
/// </summary>
/// <param name="At">When, by the clock as it is now.</param>
/// <param name="By">How far it is ahead of what it would have been.</param>
public sealed record ClockSet(DateTimeOffset At, TimeSpan By) : IClusterEvent;
