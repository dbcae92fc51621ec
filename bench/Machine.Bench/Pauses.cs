using System.Globalization;
using Trapline.Hypervisor.Machine;

namespace Trapline.Machine.Bench;

/// <summary>How long it takes from the request to pause a machine with four busy harts until none of them executes.</summary>
internal static class Pauses
{
    private const int Count = 500;

    public static async Task MeasureAsync()
    {
        using var host = new MachineHost();
        var running = new TextWaiter("for 3000 s\r\n");
        await using var machine = new MachineBuilder(host).Build(Guests.Minios("run=\"spawn 4 3000\"") with { Harts = 4 }, running.Console).Value;
        machine.Start();
        await running.Found;
        var times = new List<double>();
        for (var i = 0; i < Count; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            var asked = TimeProvider.System.GetTimestamp();
            await machine.PauseAsync();
            times.Add(TimeProvider.System.GetElapsedTime(asked).TotalMicroseconds);
            await machine.ResumeAsync();
        }

        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pause: {times[Count / 2]:F0} us (median), {times[Count * 99 / 100]:F0} us (99 of 100)"));
    }
}
