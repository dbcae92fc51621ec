using System.Globalization;
using System.Text;
using Spectre.Console;
using Trapline.Cli.Output;
using Trapline.Cli.Terminals;

namespace Trapline.Cli.Top;

/// <summary>Draws samples on a terminal, each over the one before; the screen that was there comes back at the end.</summary>
internal sealed class TopScreen : IDisposable
{
    private const string Enter = "\e[?1049h\e[?25l";
    private const string Leave = "\e[?25h\e[?1049l";
    private const string Home = "\e[H";
    private const string ClearLine = "\e[K";
    private const string ClearBelow = "\e[J";

    private readonly Stream _output = StandardStreams.OpenOutput();

    public TopScreen() => Write(Enter);

    /// <summary>Draws one, as much of it as the screen is high.</summary>
    public void Draw(TopSample sample, TopOrder order, TimeSpan interval)
    {
        var (width, height) = (Math.Max(20, Console.WindowWidth), Math.Max(5, Console.WindowHeight));
        var text = new StringWriter { NewLine = "\n" };
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(text), Ansi = AnsiSupport.No });
        console.Profile.Width = Printer.WidthOfLines; // rows are cut, not folded
        console.Write(Of(sample));
        var head = string.Create(CultureInfo.InvariantCulture, $"{sample.At.ToLocalTime():HH:mm:ss}  {sample.Nodes.Length} nodes, {sample.Vms.Length} VMs, every {interval.TotalSeconds:0.#} s, by {order.ToString().ToLowerInvariant()}.  c cpu  m memory  e exits  n name  q quits");
        var lines = Sheet.Fold(head, width).Append("").Concat(text.ToString().TrimEnd('\n').Split('\n')).ToList();
        var screen = new StringBuilder(Home);
        foreach (var line in lines.Take(height - 2))
            screen.Append(Cut(line, width)).Append(ClearLine).Append("\r\n");
        if (lines.Count > height - 2)
            screen.Append(Cut($"… {lines.Count - height + 2} more", width)).Append(ClearLine).Append("\r\n");
        Write(screen.Append(ClearBelow).ToString());
    }

    public void Dispose() => Write(Leave);

    /// <summary>A row of the screen is a row of the table: what has no room is said to be there.</summary>
    private static string Cut(string line, int width) => line.Length > width ? line[..(width - 1)] + "…" : line;

    /// <summary>A sample as tables, figures first.</summary>
    public static Rows Of(TopSample sample)
    {
        var nodes = new Sheet("NODE", "CPU %", "VMS", "MEMORY MIB", "PROMISED MIB", "DISK FREE MIB", "STATE");
        foreach (var node in sample.Nodes)
            nodes.Row(node.Name, Number(node.CpuPercent), $"{node.Vms}", $"{node.MemoryMiB}", $"{node.PromisedMiB}", node.DiskFreeMiB is { } free ? $"{free}{(node.IsLowOnDisk ? ", low" : "")}" : null, node.State);
        var vms = new Sheet("VM", "CPU %", "MIPS", "EXITS/S", "MEMORY MIB", "STATE", "NODE", "TYPE");
        foreach (var vm in sample.Vms)
            vms.Row(vm.Name, Number(vm.CpuPercent), Number(vm.Mips), Number(vm.ExitsPerSecond), $"{vm.MemoryMiB}", vm.State, vm.Node, vm.Type);
        return new Rows(nodes, new Text(""), vms);
    }

    private static string? Number(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture);

    private void Write(string text)
    {
        _output.Write(Encoding.UTF8.GetBytes(text));
        _output.Flush();
    }
}
