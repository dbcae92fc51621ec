using System.Globalization;
using Trapline.Hypervisor.Machine;

namespace Trapline.Machine.Bench;

/// <summary>The unmodified Debian kernel from the start of the machine to init and to the shell's prompt.</summary>
internal static class DebianBoot
{
    public static async Task MeasureAsync()
    {
        var folder = Path.Combine(Guests.Root, "deploy", "images", "debian", "out");
        if (!File.Exists(Path.Combine(folder, "vmlinux")))
        {
            Console.WriteLine("debian: not measured: run deploy/images/debian/build.sh first");
            return;
        }

        foreach (var harts in new[] { 1, 4 })
        {
            using var host = new MachineHost();
            var ready = new TextWaiter("trapline: debian ready\r\n");
            var config = new MachineConfig
            {
                Kernel = new ImageSource(Path.Combine(folder, "vmlinux")),
                Initrd = new ImageSource(Path.Combine(folder, "initrd.cpio.gz")),
                Harts = harts,
                CommandLine = "quiet",
            };
            var started = TimeProvider.System.GetTimestamp();
            await using var machine = new MachineBuilder(host).Build(config, ready.Console).Value;
            machine.Start();
            await ready.Found;
            var elapsed = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            var statistics = machine.Statistics;
            var rate = statistics.Instructions / statistics.GuestTime.TotalSeconds / 1e6;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"debian: {harts} harts, ready after {elapsed:F2} s, {statistics.Instructions / 1e6:F0} million instructions, {rate:F0} million per second of guest time, {statistics.TotalCount} exits"));
        }
    }
}
