using Akka.Actor;
using Akka.Cluster;
using Akka.Cluster.Wire;
using Akka.Configuration;
using Akka.Event;
using Akka.Serialization;

namespace Akka.Embedded.Tests.Cluster;

/// <summary>A peer that speaks the cluster's serializer but sends garbage, or a state that cannot be.</summary>
public sealed class HostileGossipTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Garbage_from_a_peer_is_dropped_with_a_log_line_and_the_cluster_goes_on()
    {
        using var system = ActorSystem.Create("sys", ConfigurationFactory.ParseString("""
            akka { loglevel = DEBUG, loggers = ["Akka.Embedded.Tests.Cluster.LogKeeper, Akka.Embedded.Tests"], stdout-loglevel = OFF, actor.provider = cluster }
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            """));
        using var rogue = ActorSystem.Create("rogue", ConfigurationFactory.ParseString($$"""
            akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote }
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            akka.actor.serializers.rogue = "{{typeof(RogueSerializer).AssemblyQualifiedName}}"
            akka.actor.serialization-bindings { "{{typeof(Garbage).AssemblyQualifiedName}}" = rogue }
            """));
        var cluster = Akka.Cluster.Cluster.Get(system);
        await cluster.JoinAsync(cluster.SelfAddress).WaitAsync(Patience);
        var core = await rogue.ActorSelection($"{cluster.SelfAddress}/system/cluster/core").ResolveOne(Patience);
        var lines = LogKeeper.CountOf("Akka", "arbled");

        // Garbage, a good message that lies about its length, a state without this node, and a stranger's request to stop.
        core.Tell(new Garbage("GE", [1, 2, 3, 4, 5, 6, 7, 8, 9]));
        core.Tell(new Garbage("W", [.. Enumerable.Repeat((byte)0xFF, 500)]));
        core.Tell(new Garbage("GE", ClusterMessageCodec.Write(new GossipEnvelope(
            Nodes.Node("stranger"), cluster.SelfUniqueAddress, Nodes.GossipOf(Nodes.Member("stranger"))))));
        core.Tell(new Garbage("YR", ClusterMessageCodec.Write(new YouWereRemoved(Nodes.Node("stranger"), cluster.SelfUniqueAddress))));
        core.Tell(new Garbage("HB", [9]));

        await WaitAsync(() => LogKeeper.CountOf("Akka", "arbled") >= lines + 3);
        Assert.Equal(cluster.SelfUniqueAddress, Assert.Single(cluster.State.Members).UniqueAddress);

        // The association and the core still work.
        using var second = ActorSystem.Create("sys", ConfigurationFactory.ParseString("""
            akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = cluster }
            akka.remote.dot-netty.tcp { hostname = "127.0.0.1", port = 0 }
            """));
        await Akka.Cluster.Cluster.Get(second).JoinAsync(cluster.SelfAddress).WaitAsync(Patience);
        await WaitAsync(() => cluster.State.Members.Count(m => m.Status == MemberStatus.Up) == 2);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, string.Join('\n', LogKeeper.Lines));
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }
}

/// <summary>Bytes that claim to be a message of the cluster.</summary>
internal sealed record Garbage(string Manifest, byte[] Bytes);

/// <summary>Writes garbage under the number of the cluster's serializer.</summary>
internal sealed class RogueSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override int Identifier => 5;

    public override string Manifest(object o) => ((Garbage)o).Manifest;

    public override byte[] ToBinary(object obj) => ((Garbage)obj).Bytes;

    public override object FromBinary(byte[] bytes, string manifest) => new Garbage(manifest, bytes);
}

/// <summary>A logger that keeps what it gets.</summary>
internal sealed class LogKeeper : UntypedActor
{
    private static readonly Lock Guard = new();
    private static readonly List<string> Kept = [];

    public static IReadOnlyList<string> Lines
    {
        get
        {
            lock (Guard)
                return [.. Kept];
        }
    }

    public static int CountOf(params string[] words) => Lines.Count(line => words.All(w => line.Contains(w, StringComparison.Ordinal)));

    protected override void OnReceive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                break;
            case LogEvent e:
                lock (Guard)
                    Kept.Add($"{e.LogLevel()} {e.LogSource} {e.Message} {e.Cause}");
                break;
        }
    }
}
