namespace Trapline.Controller.Tests.Simulation;

/// <summary>Messages between named nodes: delayed, lost, doubled and cut off as a seed and the scenario say.</summary>
internal sealed class Network(VirtualTime time, Random random)
{
    private readonly HashSet<(string From, string To)> _cut = [];

    public double Loss { get; set; }

    public double Duplication { get; set; }

    public TimeSpan MinDelay { get; set; } = TimeSpan.FromMilliseconds(1);

    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMilliseconds(1);

    public void Send(string from, string to, Action deliver)
    {
        var copies = random.NextDouble() < Duplication ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            if (random.NextDouble() < Loss)
                continue;
            var spread = (MaxDelay - MinDelay).Ticks;
            var delay = MinDelay + TimeSpan.FromTicks(spread == 0 ? 0 : random.NextInt64(spread));
            time.After(delay, () =>
            {
                if (!_cut.Contains((from, to)))
                    deliver();
            });
        }
    }

    /// <summary>Cuts one direction; a partition cuts both.</summary>
    public void Cut(string from, string to) => _cut.Add((from, to));

    public void Heal() => _cut.Clear();
}
