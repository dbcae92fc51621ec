using System.Xml.Linq;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Trapline.TestSupport;

namespace Trapline.Tidy.Tests;

/// <summary>Dependencies point one way only: between projects, and between the folders of the hypervisor and of every other project.</summary>
public sealed class DependencyTests
{
    /// <summary>What each project below src may reference. The actor runtime comes through ActorRuntime.props.</summary>
    private static readonly Dictionary<string, string[]> AllowedReferences = new(StringComparer.Ordinal)
    {
        ["Akka.Embedded"] = [],
        ["Akka.Embedded.TestKit"] = ["Akka.Embedded"],
        ["Hypervisor"] = [],
        ["Shared"] = [],
        ["HostNode"] = ["Hypervisor", "Shared"],
        ["Controller"] = ["Shared"],
        ["Cli"] = ["Hypervisor", "Shared"],
    };

    /// <summary>
    /// The hypervisor's folders, each with the folders whose types it may use. Devices know memory, time and an interrupt line only.
    /// </summary>
    private static readonly Dictionary<string, string[]> HypervisorLayers = new(StringComparer.Ordinal)
    {
        ["Time"] = [],
        ["Memory"] = [],
        ["DeviceTree"] = ["Memory"],
        ["Storage"] = [],
        ["Devices"] = ["Time", "Memory", "DeviceTree", "Storage"],
        ["Cpu"] = ["Time", "Memory"],
        ["Isa"] = ["Time", "Memory", "Cpu"],
        ["Engines"] = ["Time", "Memory", "Cpu", "Isa"],
        ["Machine"] = ["Time", "Memory", "Cpu", "Isa", "Engines", "Devices", "DeviceTree", "Storage"],
    };

    [Fact]
    public void Projects_reference_only_what_the_layout_allows()
    {
        var complaints = new List<string>();
        foreach (var path in SourceTree.Paths.Where(p => p.StartsWith("src/", StringComparison.Ordinal) && p.EndsWith(".csproj", StringComparison.Ordinal)))
        {
            var project = Path.GetFileNameWithoutExtension(path);
            if (!AllowedReferences.TryGetValue(project, out var allowed))
            {
                complaints.Add($"{path} is in no rule of AllowedReferences");
                continue;
            }

            // A reference without the assembly only has the other project built: Cli starts host and controller as processes.
            var references = XDocument.Parse(SourceTree.Read(path)).Descendants("ProjectReference")
                .Where(r => (string?)r.Attribute("ReferenceOutputAssembly") != "false")
                .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')));
            complaints.AddRange(references.Except(allowed, StringComparer.Ordinal).Select(r => $"{project} may not reference {r}"));
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    [Fact]
    public void Hypervisor_and_actor_runtime_know_nothing_of_ours()
    {
        var hypervisor = SourceTree.Files.Where(f => f.Project == "src/Hypervisor" && f.Text.Contains("using Akka", StringComparison.Ordinal));
        var runtime = SourceTree.Files.Where(f => f.Project.StartsWith("src/Akka.Embedded", StringComparison.Ordinal) && f.Text.Contains("Trapline", StringComparison.Ordinal));
        var shared = SourceTree.Files.Where(f => f.Project == "src/Shared" && f.Text.Contains("using Akka", StringComparison.Ordinal)
            && !f.Folder.StartsWith("Wire", StringComparison.Ordinal) && !f.Folder.StartsWith("Logging", StringComparison.Ordinal)
            && !f.Folder.StartsWith("Configuration", StringComparison.Ordinal) && !f.Folder.StartsWith("Processes", StringComparison.Ordinal));
        Assert.Empty(hypervisor.Concat(runtime).Concat(shared).Select(f => f.Path));
    }

    [Fact]
    public void Hypervisor_layers_use_only_lower_layers()
    {
        var complaints = FolderUses("src/Hypervisor", "Trapline.Hypervisor")
            .Where(use => !HypervisorLayers.TryGetValue(use.From, out var allowed) || !allowed.Contains(use.To, StringComparer.Ordinal))
            .Select(use => $"{use.File}: {use.From} may not use {use.To}");
        Assert.Empty(complaints.Distinct(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("src/Shared", "Trapline.Shared")]
    [InlineData("src/HostNode", "Trapline.HostNode")]
    [InlineData("src/Controller", "Trapline.Controller")]
    [InlineData("src/Cli", "Trapline.Cli")]
    public void Sibling_folders_never_use_each_other_in_both_directions(string project, string rootNamespace)
    {
        var uses = FolderUses(project, rootNamespace).ToLookup(u => (u.From, u.To), u => u.File);
        var mutual = uses.Where(u => string.CompareOrdinal(u.Key.From, u.Key.To) < 0 && uses.Contains((u.Key.To, u.Key.From)))
            .Select(u => $"{u.Key.From} and {u.Key.To} use each other: {u.First()} and {uses[(u.Key.To, u.Key.From)].First()}");
        Assert.Empty(mutual);
    }

    [Fact]
    public void Each_namespace_is_its_folder()
    {
        var complaints = new List<string>();
        foreach (var file in SourceTree.Files.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal)))
        {
            var projectPath = SourceTree.Paths.First(p => p.StartsWith(file.Project + "/", StringComparison.Ordinal) && p.EndsWith(".csproj", StringComparison.Ordinal));
            var root = XDocument.Parse(SourceTree.Read(projectPath)).Descendants("RootNamespace").Single().Value;
            var expected = file.Folder.Length == 0 ? root : $"{root}.{file.Folder.Replace('/', '.')}";
            complaints.AddRange(file.Root.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>()
                .Select(n => n.Name.ToString())
                .Where(n => n != expected && !IsAkkaName(file, n))
                .Select(n => $"{file.Path}: namespace {n}, expected {expected}"));
        }

        Assert.True(complaints.Count == 0, string.Join('\n', complaints));
    }

    /// <summary>Akka.NET fixes the names of its own namespaces; their folders follow as closely as readers need.</summary>
    private static bool IsAkkaName(SourceFile file, string name) =>
        file.Project.StartsWith("src/Akka.Embedded", StringComparison.Ordinal)
        && (name.StartsWith("Akka", StringComparison.Ordinal) || name.StartsWith("System.", StringComparison.Ordinal));

    /// <summary>Which top-level folder of a project uses which other: by using directives and by names qualified with a folder.</summary>
    private static IEnumerable<(string From, string To, string File)> FolderUses(string project, string rootNamespace)
    {
        var files = SourceTree.Files.Where(f => f.Project == project && f.Folder.Length > 0).ToList();
        var typesByFolder = files
            .SelectMany(f => f.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>().Select(t => (Folder: Top(f), Name: t.Identifier.Text)))
            .ToHashSet();
        foreach (var file in files)
        {
            var from = Top(file);
            var used = UsedNamespaces(file, rootNamespace).Concat(QualifiedNames(file).Where(typesByFolder.Contains).Select(q => q.Folder));
            foreach (var to in used.Where(to => to != from).Distinct(StringComparer.Ordinal))
                yield return (from, to, file.Path);
        }
    }

    private static string Top(SourceFile file) => file.Folder.Split('/')[0];

    private static IEnumerable<string> UsedNamespaces(SourceFile file, string rootNamespace) =>
        file.Root.DescendantNodes().OfType<UsingDirectiveSyntax>()
            .Select(u => u.NamespaceOrType.ToString())
            .Where(n => n.StartsWith(rootNamespace + ".", StringComparison.Ordinal))
            .Select(n => n[(rootNamespace.Length + 1)..].Split('.')[0]);

    private static IEnumerable<(string Folder, string Name)> QualifiedNames(SourceFile file)
    {
        foreach (var node in file.Root.DescendantNodes())
        {
            if (node is QualifiedNameSyntax { Left: IdentifierNameSyntax left } qualified && node.FirstAncestorOrSelf<UsingDirectiveSyntax>() is null)
                yield return (left.Identifier.Text, qualified.Right.Identifier.Text);
            else if (node is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax target } access)
                yield return (target.Identifier.Text, access.Name.Identifier.Text);
        }
    }
}
