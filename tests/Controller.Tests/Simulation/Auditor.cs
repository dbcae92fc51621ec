using Trapline.Shared.Ids;

namespace Trapline.Controller.Tests.Simulation;

/// <summary>Keeps each interval in which a copy of a VM executed, and complains when two overlap.</summary>
internal sealed class Auditor
{
    private readonly Dictionary<VmId, List<Execution>> _executions = [];

    private sealed record Execution(string Host, Incarnation Incarnation, TimeSpan From)
    {
        public TimeSpan? To { get; set; }
    }

    public List<string> Complaints { get; } = [];

    public void Begins(VmId vm, string host, Incarnation incarnation, TimeSpan now)
    {
        var history = _executions.TryGetValue(vm, out var known) ? known : _executions[vm] = [];
        var overlap = history.FirstOrDefault(e => e.To is null);
        if (overlap is not null)
            Complaints.Add($"{now.TotalSeconds:0.000} {vm} begins on {host} {incarnation} while it executes on {overlap.Host} {overlap.Incarnation} since {overlap.From.TotalSeconds:0.000}");
        if (history.Any(e => e.Incarnation > incarnation))
            Complaints.Add($"{now.TotalSeconds:0.000} {vm} begins on {host} {incarnation} after a newer incarnation did");
        history.Add(new Execution(host, incarnation, now));
    }

    public void Ends(VmId vm, string host, Incarnation incarnation, TimeSpan now)
    {
        foreach (var execution in _executions.GetValueOrDefault(vm, []).Where(e => e.To is null && e.Host == host && e.Incarnation == incarnation))
            execution.To = now;
    }

    public bool Executes(VmId vm) => _executions.GetValueOrDefault(vm, []).Exists(e => e.To is null);

    /// <summary>Where a VM executes now, if it does.</summary>
    public string? RunsOn(VmId vm) => _executions.GetValueOrDefault(vm, []).Find(e => e.To is null)?.Host;

    /// <summary>The longest time that a VM did not execute between its first start and <paramref name="now"/>.</summary>
    public TimeSpan LongestGap(VmId vm, TimeSpan now)
    {
        var history = _executions.GetValueOrDefault(vm, []);
        var longest = TimeSpan.Zero;
        for (var i = 0; i < history.Count; i++)
        {
            var next = i + 1 < history.Count ? history[i + 1].From : now;
            if (history[i].To is { } ended && next - ended > longest)
                longest = next - ended;
        }

        return longest;
    }
}
