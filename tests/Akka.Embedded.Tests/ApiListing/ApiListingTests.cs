using System.Reflection;
using System.Text.RegularExpressions;
using Trapline.TestSupport;

namespace Akka.Embedded.Tests.ApiListing;

/// <summary>
/// What the embedded runtime defines in Akka.* namespaces is what Akka.NET 1.5.27.1 defines there, or nothing. The folder Data
/// holds the listing of that API, one file per assembly; its form is told in <see cref="ListingRenderer"/> and TypeText.
/// </summary>
public sealed class ApiListingTests
{
    private static readonly string[] Namespaces =
    [
        "Akka.Actor", "Akka.Actor.Setup", "Akka.Configuration", "Akka.Configuration.Hocon", "Akka.Event", "Akka.Dispatch", "Akka.Pattern",
        "Akka.Serialization", "Akka.Remote", "Akka.Remote.Transport", "Akka.Coordination", "Akka.Cluster", "Akka.Cluster.SBR",
        "Akka.Cluster.Tools.Singleton", "Akka.Cluster.Tools.PublishSubscribe", "Akka.Persistence", "Akka.Persistence.Journal",
        "Akka.Persistence.Snapshot", "Akka.TestKit", "Akka.TestKit.Xunit2",
    ];

    private static readonly Lazy<string[]> Listing = new(ReadListing);

    public static TheoryData<string> Assemblies => ["Akka.Embedded", "Akka.Embedded.TestKit"];

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Every_public_member_is_in_the_listing_with_the_same_signature(string assembly)
    {
        var listed = Listing.Value.Select(WithoutSuffix).ToHashSet(StringComparer.Ordinal);
        var extra = PublicTypes(assembly)
            .Where(t => Namespaces.Contains(t.Namespace) && !IsLeftOut(t))
            .SelectMany(ListingRenderer.Lines)
            .Where(line => !listed.Contains(line))
            .ToList();
        Assert.True(extra.Count == 0, $"{extra.Count} lines are not in the listing:\n{string.Join('\n', extra)}");
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void Public_types_of_other_namespaces_are_named_by_a_listed_signature(string assembly)
    {
        var names = Listing.Value.SelectMany(line => Regex.Matches(line, @"[A-Za-z_][\w.]*").Select(m => m.Value)).ToHashSet(StringComparer.Ordinal);
        var unknown = PublicTypes(assembly)
            .Where(t => !Namespaces.Contains(t.Namespace) && !t.IsNested)
            .Select(t => $"{t.Namespace}.{TypeText.SimpleName(t)}")
            .Where(name => !names.Contains(name))
            .ToList();
        Assert.True(unknown.Count == 0, $"Public, but no listed signature names them:\n{string.Join('\n', unknown)}");
    }

    [Fact]
    public void The_renderer_writes_what_the_listing_writes()
    {
        // One line of each kind, so that a renderer that says nothing cannot pass.
        string[] expected =
        [
            "Akka.Actor.IExtensionId<out T> :: public interface IExtensionId<out T> : Akka.Actor.IExtensionId where T : Akka.Actor.IExtension",
            "Akka.Actor.ActorPath :: public const System.String ValidSymbols = \"\\\"-_.*$+:@&=,!~';()\"",
            "Akka.Actor.ActorPath :: public static Akka.Actor.ActorPath operator /(Akka.Actor.ActorPath path, System.String name)",
            "Akka.Actor.Envelope :: public readonly struct Envelope",
            "Akka.Actor.Directive :: Escalate = 2",
            "Akka.Actor.ReceiveActor :: protected sealed override void OnReceive(System.Object message)",
            "Akka.Actor.Props :: public static Akka.Actor.Props Create<TActor>(Akka.Actor.SupervisorStrategy supervisorStrategy) where TActor : Akka.Actor.ActorBase, new()",
            "Akka.Actor.Futures :: public static System.Threading.Tasks.Task<T> Ask<T>(this Akka.Actor.ICanTell self, System.Object message, System.TimeSpan? timeout = null)",
        ];
        var written = PublicTypes("Akka.Embedded").SelectMany(ListingRenderer.Lines).ToHashSet(StringComparer.Ordinal);
        Assert.All(expected, line =>
        {
            Assert.Contains(line, written);
            Assert.Contains(line, Listing.Value);
        });
    }

    private static IEnumerable<Type> PublicTypes(string assembly) =>
        Assembly.Load(assembly).GetTypes().Where(t => ListingRenderer.IsVisible(t) && (t.Namespace ?? "").StartsWith("Akka", StringComparison.Ordinal));

    /// <summary>The listing leaves out types whose name begins with Internal or IInternal.</summary>
    private static bool IsLeftOut(Type type)
    {
        for (var current = type; current is not null; current = current.DeclaringType)
        {
            if (current.Name.StartsWith("Internal", StringComparison.Ordinal) || current.Name.StartsWith("IInternal", StringComparison.Ordinal))
                return true;
        }

        return false;
    }

    private static string WithoutSuffix(string line) =>
        line.Replace(" [Obsolete]", "", StringComparison.Ordinal).Replace(" [InternalApi]", "", StringComparison.Ordinal);

    private static string[] ReadListing()
    {
        var folder = Repository.PathOf("tests", "Akka.Embedded.Tests", "ApiListing", "Data");
        return Directory.GetFiles(folder, "*.txt").SelectMany(File.ReadAllLines).ToArray();
    }
}
