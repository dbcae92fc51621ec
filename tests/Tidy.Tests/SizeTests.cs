using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Trapline.Tidy.Tests;

/// <summary>Files and methods stay small enough to read (docs: CONTRIBUTING.md).</summary>
public sealed class SizeTests
{
    private const int MaxFileLines = 450;
    private const int MaxMethodLines = 70;
    private const int MaxParameters = 6;

    [Fact]
    public void Files_are_at_most_450_lines_long() =>
        ShrinkingList.Check("long-files.txt", "lines", MaxFileLines, SourceTree.Files.Select(f => (f.Path, f.LineCount)));

    [Fact]
    public void Methods_are_at_most_70_lines_long() =>
        ShrinkingList.Check("long-methods.txt", "lines", MaxMethodLines, Methods().Select(m => (m.Place, m.Lines)));

    [Fact]
    public void Methods_have_at_most_six_parameters() =>
        ShrinkingList.Check("many-parameters.txt", "parameters", MaxParameters, Methods().Select(m => (m.Place, m.Parameters)));

    private static IEnumerable<(string Place, int Lines, int Parameters)> Methods() =>
        from file in SourceTree.Files
        from method in file.Root.DescendantNodes().OfType<BaseMethodDeclarationSyntax>()
        let span = method.GetLocation().GetLineSpan()
        let measured = (Place: $"{file.Path} {NameOf(method)}", Lines: span.EndLinePosition.Line - span.StartLinePosition.Line + 1,
            Parameters: IsPublishedElsewhere(file) || method is ConstructorDeclarationSyntax ? 0 : method.ParameterList.Parameters.Count)
        group measured by measured.Place into overloads
        select (overloads.Key, overloads.Max(m => m.Lines), overloads.Max(m => m.Parameters));

    /// <summary>Signatures of the embedded runtime are Akka.NET's.</summary>
    private static bool IsPublishedElsewhere(SourceFile file) =>
        file.Path.StartsWith("src/Akka.Embedded", StringComparison.Ordinal);

    private static string NameOf(BaseMethodDeclarationSyntax method) => method switch
    {
        MethodDeclarationSyntax m => m.Identifier.Text,
        ConstructorDeclarationSyntax c => c.Identifier.Text + ".ctor",
        OperatorDeclarationSyntax o => "operator" + o.OperatorToken.Text,
        _ => method.GetType().Name,
    };
}
