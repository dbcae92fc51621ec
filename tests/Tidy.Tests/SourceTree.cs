using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Trapline.TestSupport;

namespace Trapline.Tidy.Tests;

/// <summary>A C# file of the repository, parsed once for all structure tests.</summary>
/// <param name="Path">From the root, with forward slashes.</param>
/// <param name="Text">The whole text.</param>
/// <param name="Root">The syntax tree's root.</param>
public sealed record SourceFile(string Path, string Text, CompilationUnitSyntax Root)
{
    /// <summary>The project's folder, such as <c>src/Hypervisor</c>.</summary>
    public string Project => string.Join('/', Path.Split('/')[..2]);

    /// <summary>The folders between project and file, such as <c>Devices/Uart</c>; empty at the top.</summary>
    public string Folder => string.Join('/', Path.Split('/')[2..^1]);

    public int LineCount => Text.AsSpan().Count('\n');
}

/// <summary>
/// The files that git knows or would add: what is built, not what a build made. Where there is no git, or the sources did not come through it, those in
/// folders that no build makes.
/// </summary>
public static class SourceTree
{
    private static readonly Lazy<ImmutableArray<string>> LazyPaths = new(ListFiles);
    private static readonly Lazy<ImmutableArray<SourceFile>> LazyFiles = new(() => [.. Paths.Where(p => p.EndsWith(".cs", StringComparison.Ordinal)).AsParallel().AsOrdered().Select(Parse)]);

    public static ImmutableArray<string> Paths => LazyPaths.Value;

    public static ImmutableArray<SourceFile> Files => LazyFiles.Value;

    public static string Read(string path) => File.ReadAllText(System.IO.Path.Combine(Repository.Root, path));

    private static SourceFile Parse(string path)
    {
        var text = Read(path);
        var options = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        return new SourceFile(path, text, (CompilationUnitSyntax)CSharpSyntaxTree.ParseText(text, options).GetRoot());
    }

    /// <summary>What .gitignore names, as far as it is made below the root by builds and editors.</summary>
    private static readonly string[] Made = ["bin", "obj", ".git", ".vs", ".idea", "TestResults", "BenchmarkDotNet.Artifacts", "artifacts", "guests/build", "deploy/images/debian/out"];

    private static ImmutableArray<string> ListFiles() => [.. (FromGit() ?? Below("")).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Below(string folder)
    {
        var root = new DirectoryInfo(System.IO.Path.Combine(Repository.Root, folder));
        return root.EnumerateFiles().Select(f => folder + f.Name).Concat(root.EnumerateDirectories()
            .Where(d => !Made.Contains(d.Name) && !Made.Contains(folder + d.Name)).SelectMany(d => Below($"{folder}{d.Name}/")));
    }

    private static IEnumerable<string>? FromGit()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard"])
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            using var git = Process.Start(start)!;
            var output = git.StandardOutput.ReadToEnd();
            git.WaitForExit();
            return git.ExitCode == 0 ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(p => File.Exists(System.IO.Path.Combine(Repository.Root, p))) : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
