using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using Trapline.Shared.Configuration;
using Trapline.Shared.Ids;

namespace Trapline.Shared.Processes;

/// <summary>What tells the processes of one cluster apart: given on the command line, <c>--key value</c> each.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Port">Its port for actor messages.</param>
/// <param name="Controllers">The addresses of all controller nodes, <c>host:port</c>, in the same order everywhere.</param>
/// <param name="Data">The data root.</param>
/// <param name="ConfigFile">A HOCON file of the user's, or null.</param>
/// <param name="Api">Where a controller node serves its HTTP API, <c>address:port</c>; null for nowhere.</param>
public sealed record NodeOptions(HostId Name, int Port, ImmutableArray<string> Controllers, string Data, string? ConfigFile, IPEndPoint? Api = null)
{
    /// <summary>The actor system's name: the same in all processes of a cluster.</summary>
    public const string SystemName = "trapline";

    /// <summary>Settings that count before those of the file and of the environment.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Settings { get; init; } = [];

    /// <summary>The words that <see cref="Parse"/> understands.</summary>
    public const string Usage = "--name NAME --port PORT --controllers HOST:PORT[,HOST:PORT…] --data FOLDER [--config FILE] [--set KEY=VALUE]… [--api ADDRESS:PORT]";

    private const string Set = "--set";

    private static readonly string[] Known = ["name", "port", "controllers", "data", "config", "api"];

    /// <summary>Reads them from the command line; throws <see cref="ConfigFileException"/> naming what is wrong.</summary>
    public static NodeOptions Parse(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        var settings = ImmutableArray.CreateBuilder<KeyValuePair<string, string>>();
        for (var i = 0; i < arguments.Count; i += 2)
        {
            if (!arguments[i].StartsWith("--", StringComparison.Ordinal) || i + 1 >= arguments.Count)
                throw Wrong($"'{arguments[i]}' is not understood");
            if (arguments[i] == Set)
            {
                settings.Add(NodeSettings.ParseSetting(arguments[i + 1]));
                continue;
            }

            if (!Known.Contains(arguments[i][2..]))
                throw Wrong($"there is no option {arguments[i]}");
            if (!given.TryAdd(arguments[i][2..], arguments[i + 1]))
                throw Wrong($"{arguments[i]} is given twice");
        }

        var name = Required(given, "name");
        if (!TextId.IsValid(name))
            throw Wrong($"--name {name}: {TextId.Form}");
        if (!int.TryParse(Required(given, "port"), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > 65535)
            throw Wrong($"--port {given["port"]}: a port from 0 to 65535");
        var controllers = Required(given, "controllers").Split(',', StringSplitOptions.RemoveEmptyEntries).ToImmutableArray();
        if (controllers.IsEmpty || controllers.Any(c => !Uri.TryCreate($"tcp://{c}", UriKind.Absolute, out var uri) || uri.Port <= 0))
            throw Wrong($"--controllers {given["controllers"]}: HOST:PORT, separated by commas");
        IPEndPoint? api = null;
        if (given.TryGetValue("api", out var endpoint) && (!IPEndPoint.TryParse(endpoint, out api) || api.Port == 0))
            throw Wrong($"--api {endpoint}: an IP address and a port, such as 127.0.0.1:7400");
        return new NodeOptions(new HostId(name), port, controllers, Required(given, "data"), given.GetValueOrDefault("config"), api) { Settings = settings.ToImmutable() };
    }

    /// <summary>The address of a controller node as actors write it; the scheme names the throttle adapter, through which partitions are injected.</summary>
    public static string AddressOf(string controller) => $"akka.trttl.tcp://{SystemName}@{controller}";

    private static string Required(Dictionary<string, string> given, string key) =>
        given.TryGetValue(key, out var value) ? value : throw Wrong($"--{key} is missing");

    private static ConfigFileException Wrong(string problem) => new("command line", null, null, $"{problem}. Usage: {Usage}");
}
