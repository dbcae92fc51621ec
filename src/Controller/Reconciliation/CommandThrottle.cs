namespace Trapline.Controller.Reconciliation;

/// <summary>
/// Holds back commands that were sent a moment ago: a plan names every command that is still called for, each time it is made, and the host
/// needs time to act. A command that no plan names any more is forgotten, so that it goes out at once when it is called for again.
/// </summary>
/// <param name="resendAfter">How long a command is given before it counts as lost.</param>
public sealed class CommandThrottle(TimeSpan resendAfter)
{
    private Dictionary<HostCommand, TimeSpan> _sentAt = [];

    /// <summary>Those of a plan's commands that should be sent now.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="now">The controller's monotonic clock.</param>
    public IReadOnlyList<HostCommand> Due(Plan plan, TimeSpan now)
    {
        var due = new List<HostCommand>();
        var sentAt = new Dictionary<HostCommand, TimeSpan>(plan.Commands.Length);
        foreach (var command in plan.Commands)
        {
            var isDue = !_sentAt.TryGetValue(command, out var last) || now - last >= resendAfter;
            if (isDue && sentAt.TryAdd(command, now))
                due.Add(command);
            else
                sentAt.TryAdd(command, last);
        }

        _sentAt = sentAt;
        return due;
    }
}
