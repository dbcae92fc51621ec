using Xunit;

namespace Trapline.TestSupport;

/// <summary>
/// Programs and files that a test needs and that the .NET SDK does not bring. Where one is missing the test is skipped and
/// names the package to install; under CI (environment variable <c>CI=true</c>) a missing tool is a failure instead, so that
/// CI never passes by skipping. The build lists what was missing behind a project's tests (build/MissingTools.targets). Use with
/// <c>[SkippableFact]</c> or <c>[SkippableTheory]</c>.
/// </summary>
public static class ExternalTool
{
    /// <summary>What the tests of this process have missed so far.</summary>
    private static readonly SortedSet<string> MissingSoFar = new(StringComparer.Ordinal);

    private static bool UnderCi =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Finds a program on PATH (or below /usr/lib/postgresql/*/bin) and returns its full path.</summary>
    /// <param name="program">The file name, such as <c>qemu-system-riscv64</c>.</param>
    /// <param name="package">The Debian package that brings it.</param>
    public static string Require(string program, string package)
    {
        var path = Find(program);
        return path ?? Missing($"{program} is not installed: apt-get install {package}");
    }

    /// <summary>Returns <paramref name="path"/> if that file exists; else skips (CI: fails), saying how to get it.</summary>
    public static string RequireFile(string path, string remedy) =>
        File.Exists(path) ? path : Missing($"{path} does not exist: {remedy}");

    /// <summary>Skips (CI: fails) unless the file exists and has a text in it, as one that an older builder left may not.</summary>
    public static void RequireContent(string path, string text, string remedy)
    {
        if (!File.ReadAllText(RequireFile(path, remedy)).Contains(text, StringComparison.Ordinal))
            Missing($"{path} is of an older builder and says nothing of {text}: {remedy}");
    }

    private static string? Find(string program)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).ToList();
        if (Directory.Exists("/usr/lib/postgresql"))
            folders.AddRange(Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")));
        return folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
    }

    private static string Missing(string message)
    {
        if (UnderCi)
            Assert.Fail(message);
        lock (MissingSoFar)
        {
            if (MissingSoFar.Add(message))
                File.WriteAllLines(Path.Combine(AppContext.BaseDirectory, "missing-tools.txt"), MissingSoFar);
        }

        Skip.If(true, message);
        return "";
    }
}
