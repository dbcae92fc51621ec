using System.Globalization;
using Trapline.Hypervisor.Machine;

namespace Trapline.Machine.Bench;

/// <summary>From a snapshot file on disk to a guest that has answered a key, many times from one file.</summary>
internal static class SnapshotStarts
{
    private const int Count = 200;

    public static async Task MeasureAsync()
    {
        using var host = new MachineHost();
        var builder = new MachineBuilder(host);
        var path = Path.Combine(Path.GetTempPath(), $"trapline-bench-{Environment.ProcessId}.snapshot");
        var prompt = new TextWaiter("minios> ");
        await using (var machine = builder.Build(Guests.Minios(), prompt.Console).Value)
        {
            machine.Start();
            await prompt.Found;
            _ = (await machine.SaveSnapshotAsync(path)).Value;
        }

        var built = new List<double>();
        var answered = new List<double>();
        for (var i = 0; i < Count; i++)
        {
            var started = TimeProvider.System.GetTimestamp();
            var answer = new TextWaiter("\r\nx\r\n");
            var console = answer.Console;
            await using var machine = builder.Restore(path, console, new RestoreOptions { Verify = false }).Value;
            built.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
            machine.Start();
            console.Input.Offer("echo x\r"u8);
            await answer.Found;
            answered.Add(TimeProvider.System.GetElapsedTime(started).TotalMilliseconds);
        }

        File.Delete(path);
        built.Sort();
        answered.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"start: built from a snapshot in {built[Count / 2]:F2} ms (median), its shell has answered after {answered[Count / 2]:F2} ms"));
    }
}
