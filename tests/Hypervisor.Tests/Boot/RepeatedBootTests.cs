using System.Diagnostics;
using System.Globalization;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>
/// The Debian kernel boots, works a little and powers off, again and again: what goes wrong once in fifty times is found here. A long run:
/// <c>TRAPLINE_BOOT_ROUNDS=50 dotnet test tests/Hypervisor.Jit.Tests -c Release --filter RepeatedBoot</c>.
/// </summary>
public sealed class RepeatedBootTests(ITestOutputHelper output)
{
    // Works on all harts at once: processes come and go, pages are copied, shared and given back.
    private const string Work = "i=0; while [ $i -lt 12 ]; do (dd if=/dev/zero bs=4k count=64 2>/dev/null | md5sum >/tmp/$i) & i=$((i+1)); done; wait; cat /tmp/[0-9]* | sort -u | wc -l";

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_BOOT_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [SkippableTheory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Debian_boots_and_powers_off_every_time(int harts)
    {
        var times = new List<double>();
        for (var round = 1; round <= Rounds; round++)
        {
            var started = Stopwatch.GetTimestamp();
            var (end, console) = await TestGuests.RunAsync(DebianImage.Config(harts, $"quiet trapline.run=\"{Work}\""));

            var story = $"round {round}, {harts} harts: {end}\n{console.Text}";
            Assert.True(end.Kind == GuestEndKind.PowerOff, story);
            Assert.True(console.Text.Contains("\n1\ntrapline: exit 0", StringComparison.Ordinal), story);
            Assert.False(WentWrong(console.Text), story);
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }

        times.Sort();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{times.Count} boots with {harts} harts: median {times[times.Count / 2]:F2} s, least {times[0]:F2}, most {times[^1]:F2}"));
    }

    private static bool WentWrong(string text) =>
        new[] { "BUG", "Oops", "stall", "WARNING", "Call Trace", "Segmentation" }.Any(word => text.Contains(word, StringComparison.Ordinal));
}
