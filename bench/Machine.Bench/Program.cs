using Trapline.Machine.Bench;

var measurements = new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
{
    ["idle"] = IdleMachines.MeasureAsync,
    ["start"] = SnapshotStarts.MeasureAsync,
    ["pause"] = Pauses.MeasureAsync,
    ["exits"] = Exits.MeasureAsync,
    ["tlb"] = TlbMisses.MeasureAsync,
    ["debian"] = DebianBoot.MeasureAsync,
};

foreach (var name in args.Length == 0 ? [.. measurements.Keys] : args)
{
    if (!measurements.TryGetValue(name, out var measure))
    {
        Console.Error.WriteLine($"no measurement '{name}': give {string.Join(", ", measurements.Keys)}");
        return 2;
    }

    await measure();
}

return 0;
