using System.Collections.Immutable;
using System.Globalization;
using Spectre.Console;
using Trapline.Cli.Output;
using Trapline.Shared.Api;

namespace Trapline.Cli.Demo;

/// <summary>What the demo shows: chapters, tables and lines for people, one JSON object for each of them for programs. Any thread.</summary>
/// <param name="printer">Prints.</param>
internal sealed class DemoOutput(Printer printer)
{
    private readonly Lock _gate = new();

    /// <summary>The title of what comes next.</summary>
    public void Chapter(string title) => Show(new DemoLine("chapter") { Text = title }, () =>
    {
        printer.Say("");
        printer.Write(new Text(title, new Style(decoration: Decoration.Bold)));
        printer.Say("");
    });

    /// <summary>Space before what follows.</summary>
    public void Gap()
    {
        lock (_gate)
            printer.Say("");
    }

    /// <summary>A line.</summary>
    public void Say(string line) => Show(new DemoLine("text") { Text = line.Trim() }, () => printer.Say(line));

    /// <summary>Something that took a while.</summary>
    public void Took(string what, TimeSpan time) =>
        Show(new DemoLine("took") { Text = what, Milliseconds = time.TotalMilliseconds }, () => printer.Say(string.Create(CultureInfo.InvariantCulture, $"{what} after {time.TotalMilliseconds:0} ms.")));

    /// <summary>The VMs as they are.</summary>
    public void Vms(ImmutableArray<VmView> vms) => Show(new DemoLine("vms") { Vms = vms }, () => printer.Write(Tables.Of(vms)));

    /// <summary>Something that happened in the cluster, so long after the fault.</summary>
    public void Happened(EventView e, TimeSpan after) =>
        Show(new DemoLine("event") { Event = e, Milliseconds = after.TotalMilliseconds }, () => printer.Say(string.Create(CultureInfo.InvariantCulture, $"   {after.TotalMilliseconds,6:0} ms  {Tables.TextOf(e)}")));

    /// <summary>How long it took until all ran again, fault by fault.</summary>
    public void Summary(params (string Fault, TimeSpan Took)[] faults)
    {
        var table = new Sheet("FAULT", "UNTIL IT RAN AGAIN");
        lock (_gate)
        {
            foreach (var (fault, took) in faults)
            {
                printer.Tell(new DemoLine("took") { Text = fault, Milliseconds = took.TotalMilliseconds }, CompactJson.Default.DemoLine);
                table.Row(fault, string.Create(CultureInfo.InvariantCulture, $"{took.TotalMilliseconds:0} ms"));
            }

            if (!printer.IsJson)
                printer.Write(table);
        }
    }

    private void Show(DemoLine line, Action forPeople)
    {
        lock (_gate)
        {
            if (printer.IsJson)
                printer.Tell(line, CompactJson.Default.DemoLine);
            else
                forPeople();
        }
    }
}
