using System.Globalization;
using Trapline.Controller.Model;
using Trapline.TestSupport;

namespace Trapline.Controller.Tests.Scenarios;

/// <summary>
/// Golden scenarios: data files with what happens and, below <c>--- log</c>, every decision that must come of it. The words are explained in
/// <see cref="ScenarioSteps"/>. <c>TRAPLINE_UPDATE_SCENARIOS=1</c> writes the logs anew, for a reviewer to read.
/// </summary>
public sealed class ScenarioTests
{
    private const string Separator = "--- log";

    public static TheoryData<string> Names()
    {
        var names = new TheoryData<string>();
        foreach (var path in Directory.GetFiles(Folder, "*.scenario").Order(StringComparer.Ordinal))
            names.Add(Path.GetFileNameWithoutExtension(path));
        return names;
    }

    private static string Folder => Repository.PathOf("tests", "Controller.Tests", "Scenarios");

    [Theory]
    [MemberData(nameof(Names))]
    public void Decisions_are_as_recorded(string name)
    {
        var path = Path.Combine(Folder, name + ".scenario");
        var text = File.ReadAllText(path);
        var parts = text.Split(Separator, 2);
        var steps = new ScenarioSteps();
        foreach (var line in parts[0].Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.Length > 0))
            steps.Run(line);

        Assert.Empty(steps.Cluster.Auditor.Complaints);
        var log = string.Join('\n', steps.Cluster.Log.Select(l => string.Create(CultureInfo.InvariantCulture, $"{l.At.TotalSeconds,8:0.000} {EventText.Describe(l.Event)}")));
        if (Environment.GetEnvironmentVariable("TRAPLINE_UPDATE_SCENARIOS") == "1")
            File.WriteAllText(path, $"{parts[0].TrimEnd()}\n{Separator}\n{log}\n");
        else
            Assert.Equal(parts.Length == 2 ? parts[1].Trim('\n') : "", log);
    }
}
