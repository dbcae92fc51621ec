using System.Collections.Immutable;
using System.Globalization;
using Trapline.Cli.State;
using Trapline.Shared.Ids;

namespace Trapline.Cli.Launching;

/// <summary>What a local cluster shall consist of: a plain value, made before anything starts.</summary>
/// <param name="Nodes">Controllers first; their pids are 0.</param>
internal sealed record ClusterPlan(ImmutableArray<NodeState> Nodes)
{
    /// <summary>Settings on the command lines of all: <c>KEY=VALUE</c> each.</summary>
    public ImmutableArray<string> Settings { get; init; } = [];

    /// <summary>Most nodes of each kind.</summary>
    public const int MostNodes = 64;

    /// <summary>A plan for so many nodes on the given ports: each controller takes two, for actor messages and for the API.</summary>
    public static ClusterPlan For(int controllers, IReadOnlyList<string> hosts, IReadOnlyList<int> ports)
    {
        var next = 0;
        var nodes = ImmutableArray.CreateBuilder<NodeState>();
        for (var i = 1; i <= controllers; i++)
        {
            var port = ports[next++];
            nodes.Add(new NodeState($"controller{i}", NodeKind.Controller, 0, port, $"http://127.0.0.1:{ports[next++]}", 0));
        }

        foreach (var host in hosts)
            nodes.Add(new NodeState(host, NodeKind.Host, 0, ports[next++], null, 0));
        return new ClusterPlan(nodes.ToImmutable());
    }

    /// <summary>How many ports such a plan takes.</summary>
    public static int PortsFor(int controllers, int hosts) => (2 * controllers) + hosts;

    /// <summary>The command line of one node's program.</summary>
    public ImmutableArray<string> ArgumentsOf(NodeState node, DataFolder data)
    {
        var controllers = string.Join(',', Nodes.Where(n => n.Kind == NodeKind.Controller).Select(n => $"127.0.0.1:{n.Port}"));
        ImmutableArray<string> arguments =
        [
            "--name", new HostId(node.Name).Value,
            "--port", node.Port.ToString(CultureInfo.InvariantCulture),
            "--controllers", controllers,
            "--data", data.Path,
            "--config", data.Settings,
            .. Settings.SelectMany(setting => new[] { "--set", setting }),
        ];
        return node.Api is { } api ? [.. arguments, "--api", new Uri(api).Authority] : arguments;
    }
}
