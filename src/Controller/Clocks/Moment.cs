namespace Trapline.Controller.Clocks;

/// <summary>One moment on the controller's clocks.</summary>
/// <param name="Utc">What events say, and what the times in the model are compared with.</param>
/// <param name="Monotonic">Since this controller began: what tells how old a report is, however the wall clock is set.</param>
public readonly record struct Moment(DateTimeOffset Utc, TimeSpan Monotonic);
