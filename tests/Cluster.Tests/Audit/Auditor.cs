using System.Globalization;
using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.Cluster.Tests.Audit;

/// <summary>
/// Reads the audit logs of all hosts of a cluster and says what should not have been: a VM that executed in two places at a time, an incarnation that
/// executed after a later one had begun, a slice that began without a permit. A VM counts as executing from its start or resume to its pause or end,
/// as far as the host's permit reached and its process lived.
/// </summary>
internal sealed class Auditor
{
    private readonly List<Execution> _executions = [];
    private readonly List<string> _complaints = [];

    private Auditor(IReadOnlyDictionary<string, IEnumerable<AuditLine>> logs, long now)
    {
        foreach (var (host, lines) in logs)
            Read(host, lines, now);
        foreach (var vm in _executions.GroupBy(e => e.Vm))
            Compare(vm.OrderBy(e => e.From).ToList());
    }

    /// <summary>When a VM executed, in nanoseconds of the machine's monotonic clock.</summary>
    public sealed record Execution(VmId Vm, string Host, Incarnation Incarnation, long From, long To)
    {
        public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Vm} {Incarnation} on {Host} from {From / 1e9:0.000000} to {To / 1e9:0.000000}");
    }

    /// <summary>Every execution, in no order.</summary>
    public IReadOnlyList<Execution> Executions => _executions;

    /// <summary>What should not have been.</summary>
    public IReadOnlyList<string> Complaints => _complaints;

    /// <summary>Audits the hosts of a data root.</summary>
    public static Auditor Of(string dataRoot)
    {
        var logs = Directory.GetDirectories(Path.Combine(dataRoot, "hosts")).ToDictionary(
            folder => Path.GetFileName(folder),
            folder => (IEnumerable<AuditLine>)[.. Lines(Path.Combine(folder, "audit.jsonl")), .. Lines(Path.Combine(folder, "deaths.jsonl"))],
            StringComparer.Ordinal);
        return Of(logs, AuditLine.Nanoseconds(TimeProvider.System.GetTimestamp(), TimeProvider.System));
    }

    /// <summary>Audits lines.</summary>
    /// <param name="logs">The lines of each host.</param>
    /// <param name="now">Until when those executed that have not ended.</param>
    public static Auditor Of(IReadOnlyDictionary<string, IEnumerable<AuditLine>> logs, long now) => new(logs, now);

    private static List<AuditLine> Lines(string path)
    {
        if (!File.Exists(path))
            return [];
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. reader.ReadToEnd().Split('\n').Where(line => line.Length > 0).Select(AuditLine.Parse).OfType<AuditLine>()];
    }

    private void Read(string host, IEnumerable<AuditLine> lines, long now)
    {
        var permits = new List<(long From, long To)>();
        var open = new Dictionary<(VmId, Incarnation), long>();
        var raw = new List<Execution>();
        void Close((VmId Vm, Incarnation Incarnation) which, long at)
        {
            if (open.Remove(which, out var from))
                raw.Add(new Execution(which.Vm, host, which.Incarnation, from, at));
        }

        // By time: what waited for room on a full disk comes late.
        foreach (var line in lines.OrderBy(line => line.At))
        {
            switch (line.Kind)
            {
                case AuditKind.Runs:
                    open.TryAdd((line.Vm!.Value, line.Incarnation!.Value), line.At);
                    break;
                case AuditKind.Stops:
                    Close((line.Vm!.Value, line.Incarnation!.Value), line.At);
                    break;
                case AuditKind.Permit:
                    permits.Add((line.At, line.Until!.Value));
                    break;
                case AuditKind.Lapse or AuditKind.Died:
                    EndPermits(permits, line.At);
                    if (line.Kind == AuditKind.Died)
                        open.Keys.ToList().ForEach(which => Close(which, line.At));
                    break;
                case AuditKind.Gap:
                    _complaints.Add($"{host}: {line.Missing} lines of the audit log are missing");
                    break;
                case AuditKind.Overrun when !permits.Exists(p => p.From <= line.From && line.From < p.To):
                    _complaints.Add(string.Create(CultureInfo.InvariantCulture, $"{host}: a slice began at {line.From / 1e9:0.000000} without a permit and ended at {line.At / 1e9:0.000000}"));
                    break;
            }
        }

        open.Keys.ToList().ForEach(which => Close(which, now));
        foreach (var execution in raw)
            _executions.AddRange(Joined(permits).Select(p => execution with { From = Math.Max(execution.From, p.From), To = Math.Min(execution.To, p.To) }).Where(e => e.From < e.To));
    }

    private static void EndPermits(List<(long From, long To)> permits, long at)
    {
        for (var i = permits.Count - 1; i >= 0 && permits[i].To > at; i--)
            permits[i] = (permits[i].From, at);
    }

    /// <summary>Permits that overlap, as one.</summary>
    private static List<(long From, long To)> Joined(List<(long From, long To)> permits)
    {
        var joined = new List<(long From, long To)>();
        foreach (var permit in permits.Where(p => p.From < p.To))
        {
            if (joined.Count > 0 && permit.From <= joined[^1].To)
                joined[^1] = (joined[^1].From, Math.Max(joined[^1].To, permit.To));
            else
                joined.Add(permit);
        }

        return joined;
    }

    private void Compare(List<Execution> executions)
    {
        for (var i = 0; i < executions.Count; i++)
        {
            foreach (var later in executions.Skip(i + 1))
            {
                var earlier = executions[i];
                if (later.From < earlier.To && (later.Host != earlier.Host || later.Incarnation != earlier.Incarnation))
                    _complaints.Add($"two copies at a time: {earlier}, and {later}");
                if (later.Incarnation < earlier.Incarnation)
                    _complaints.Add($"an old copy after a newer one: {earlier}, then {later}");
            }
        }
    }
}
