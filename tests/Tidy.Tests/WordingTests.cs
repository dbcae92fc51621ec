using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Trapline.Tidy.Tests;

/// <summary>Names and constructs that the code does not use, and places that must not stand in the repository.</summary>
public sealed class WordingTests
{
    private static readonly string[] BannedNameParts = ["Utils", "Utility", "Helper", "Common", "Manager"];

    /// <summary>Names that Akka.NET publishes.</summary>
    private static readonly string[] PublishedNames = ["ClusterSingletonManager", "SerializerIdentifierHelper"];

    [Fact]
    public void No_type_or_file_is_a_util_helper_common_or_manager()
    {
        var types = from file in SourceTree.Files
                    from type in file.Root.DescendantNodes().OfType<BaseTypeDeclarationSyntax>()
                    where IsBanned(type.Identifier.Text)
                    select $"{file.Path}: {type.Identifier.Text}";
        var paths = SourceTree.Files.Where(f => f.Path.Split('/').Any(part => IsBanned(Path.GetFileNameWithoutExtension(part)))).Select(f => f.Path);
        Assert.Empty(types.Concat(paths));
    }

    [Fact]
    public void Nothing_is_left_unfinished()
    {
        string[] markers = ["NotImplementedException", "TO" + "DO", "FIX" + "ME", "#region"];
        var found = from file in SourceTree.Files
                    where !file.Path.StartsWith("tests/Tidy.Tests/", StringComparison.Ordinal)
                    from marker in markers
                    where file.Text.Contains(marker, StringComparison.Ordinal)
                    select $"{file.Path}: {marker}";
        Assert.Empty(found);
    }

    [Fact]
    public void The_choice_of_actor_runtime_shows_in_at_most_one_file_per_project()
    {
        var crowded = SourceTree.Files.Where(f => f.Text.Contains("ACTOR_RUNTIME_", StringComparison.Ordinal) && f.Project != "tests/Tidy.Tests")
            .GroupBy(f => f.Project, StringComparer.Ordinal)
            .Where(g => g.Count() > 1)
            .Select(g => $"{g.Key}: {string.Join(", ", g.Select(f => f.Path))}");
        Assert.Empty(crowded);
    }

    [Fact]
    public void Unsafe_code_stands_in_few_folders_of_the_hypervisor_and_says_why_it_is_safe()
    {
        var files = SourceTree.Files.Where(f => f.Path.StartsWith("src/", StringComparison.Ordinal)
            && f.Root.DescendantTokens().Any(t => t.IsKind(SyntaxKind.UnsafeKeyword))).ToList();
        var misplaced = files.Where(f => f.Project != "src/Hypervisor"
            || !(f.Folder.StartsWith("Memory", StringComparison.Ordinal) || f.Folder.StartsWith("Engines", StringComparison.Ordinal) || f.Folder.Contains("Snapshots", StringComparison.Ordinal)))
            .Select(f => $"{f.Path}: unsafe is for Memory, Engines and Snapshots");
        var unexplained = files.Where(f => !f.Text.Contains("// SAFETY:", StringComparison.Ordinal)).Select(f => $"{f.Path}: unsafe without // SAFETY:");
        Assert.Empty(misplaced.Concat(unexplained));
    }

    [Fact]
    public void No_path_or_registry_of_a_build_machine_is_named()
    {
        string[] places = ["/wo" + "rk/main", "/wo" + "rk/shared", "/wo" + "rk/.", "deb." + "debian.org", "api." + "nuget.org", "registry." + "npmjs.org"];
        var found = from path in SourceTree.Paths
                    where IsText(path)
                    let text = SourceTree.Read(path)
                    from place in places
                    where text.Contains(place, StringComparison.Ordinal)
                    select $"{path}: {place}";
        Assert.Empty(found);
    }

    private static bool IsText(string path) =>
        Path.GetExtension(path) is ".cs" or ".csproj" or ".props" or ".targets" or ".md" or ".sh" or ".json" or ".conf" or ".hocon" or ".txt" or ".yml" or ".c" or ".h" or ".S" or "";

    private static bool IsBanned(string name) =>
        !PublishedNames.Any(p => name.Contains(p, StringComparison.Ordinal))
        && BannedNameParts.Any(part => name.Contains(part, StringComparison.Ordinal));
}
