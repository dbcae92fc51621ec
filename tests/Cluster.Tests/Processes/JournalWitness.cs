using System.Text;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>
/// Reads the console of a <c>journal</c> guest over all its incarnations, and remembers what it has acknowledged: each next incarnation must find at
/// least that on its disk. A host keeps the last 64 KiB of a console: when the witness was held up for so long that the beginning of an incarnation is
/// gone, the first record that it acknowledges says as well what it has found, as it goes on behind that.
/// </summary>
internal sealed class JournalWitness : IAsyncDisposable
{
    private readonly RealCluster _cluster;
    private readonly string _vm;
    private readonly CancellationTokenSource _ending = new();
    private readonly StringBuilder _line = new();
    private readonly List<string> _complaints = [];
    private readonly Task _reading;
    private long _incarnation;
    private long _next;
    private long _verifiedIn;

    public JournalWitness(RealCluster cluster, string vm)
    {
        (_cluster, _vm) = (cluster, vm);
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The last record that the guest has acknowledged before our eyes.</summary>
    public long Acknowledged { get; private set; }

    /// <summary>The latest incarnation that has verified its disk.</summary>
    public long VerifiedIn => Volatile.Read(ref _verifiedIn);

    /// <summary>What was lost.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints)
                return [.. _complaints];
        }
    }

    /// <summary>Waits for more records to be acknowledged.</summary>
    public Task UntilMoreAsync(int records)
    {
        var wanted = Acknowledged + records;
        return _cluster.UntilAsync($"{_vm} acknowledges record {wanted}", () => Task.FromResult(Acknowledged >= wanted), () => $"{Acknowledged} in incarnation {_incarnation}");
    }

    /// <summary>Waits until the present incarnation has verified its disk, and checks that nothing acknowledged was lost.</summary>
    public async Task CheckAsync()
    {
        var present = (await _cluster.UntilRunsAsync(_vm)).Incarnation;
        await _cluster.UntilAsync($"{_vm} #{present} has verified its disk", () => Task.FromResult(VerifiedIn >= present), () => $"verified in {VerifiedIn}");
        Assert.Empty(Complaints);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _reading;
        _ending.Dispose();
    }

    private async Task ReadAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            if (await _cluster.Api.TryGetAsync($"/v1/vms/{_vm}/console?from={_next}", ApiJson.Default.ConsoleView) is not { } read)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
                continue;
            }

            if (read.Incarnation < _incarnation)
                continue;
            if (read.Incarnation > _incarnation)
            {
                (_incarnation, _next) = (read.Incarnation, 0);
                _line.Clear();
                continue;
            }

            if (read.Next - read.Bytes.Length > _next)
                _line.Clear(); // what lay between is not kept any more
            _next = read.Next;
            foreach (var c in Encoding.ASCII.GetString(read.Bytes))
                Take(c);
            if (read.Bytes.Length == 0)
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private void Take(char c)
    {
        if (c != '\n')
        {
            _line.Append(c);
            return;
        }

        var words = _line.ToString().Trim().Split(' ');
        _line.Clear();
        if (words is ["ack", var number] && long.TryParse(number, out var acknowledged))
        {
            if (VerifiedIn < _incarnation)
                Verified(acknowledged - 1);
            Acknowledged = acknowledged;
        }
        else if (words is ["verified", var records, "records"] && long.TryParse(records, out var verified))
            Verified(verified);
        else if (words is ["corrupt", "record", var corrupt])
            Complain($"record {corrupt} is corrupt");
    }

    private void Verified(long records)
    {
        if (records < Acknowledged)
            Complain($"record {Acknowledged} was acknowledged, and {records} are there");
        Volatile.Write(ref _verifiedIn, _incarnation);
    }

    private void Complain(string what)
    {
        lock (_complaints)
            _complaints.Add($"{_vm} #{_incarnation}: {what}");
    }
}
