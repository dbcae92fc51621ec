using System.Runtime.InteropServices;
using Akka.Actor;
using Akka.Configuration;
using Serilog;
using Trapline.Shared.Configuration;
using Trapline.Shared.Logging;

namespace Trapline.Shared.Processes;

/// <summary>
/// What the host's and the controller's process have in common: settings, log, actor system, and an end in order on SIGTERM and Ctrl-C.
/// </summary>
public static class NodeProcess
{
    /// <summary>Settings that every node has, whatever it is.</summary>
    private static readonly Config Common = ConfigurationFactory.ParseString("""
        akka {
          actor {
            serializers.trapline = "Trapline.Shared.Wire.WireSerializer, Trapline.Shared"
            serialization-bindings { "Trapline.Shared.Conversations.IWireMessage, Trapline.Shared" = trapline }
          }
          remote.dot-netty.tcp {
            hostname = "127.0.0.1"
            applied-adapters = ["trttl"]
            maximum-frame-size = 8MiB
          }
          remote.retry-gate-closed-for = 500ms
          log-dead-letters = off
          coordinated-shutdown.exit-clr = off
        }
        """);

    /// <summary>The setting that lets faults be injected.</summary>
    public const string FaultInjectionKey = "trapline.fault-injection";

    /// <summary>Runs a node until it is told to end.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="defaults">The settings of this kind of node.</param>
    /// <param name="start">Starts the node's actors; what it returns is disposed after the actor system has ended.</param>
    /// <param name="derived">Settings that follow from the command line.</param>
    /// <returns>The process's exit code: 0 after an end in order, 2 for wrong settings and ports in use, 1 for any other failure.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, Config defaults, Func<ActorSystem, NodeOptions, ConfigFile, Task<IAsyncDisposable>> start, Func<NodeOptions, Config>? derived = null)
    {
        OwnSession.BeginIfAsked();
        try
        {
            var options = NodeOptions.Parse(arguments);
            var settings = SettingsOf(options, derived is null ? defaults : derived(options).WithFallback(defaults));
            if (PortCheck.Problem(options, settings.Config.GetString("akka.remote.dot-netty.tcp.hostname")) is { } problem)
            {
                await Console.Error.WriteLineAsync($"{options.Name}: {problem}").ConfigureAwait(false);
                return 2;
            }

            using var log = LogSetup.Create(settings, options.Name.Value);
            Log.Logger = log;
            var system = CreateSystem(settings);
            await using var faults = settings.Flag(FaultInjectionKey) ? await FaultInjection.StartAsync(system, options.Name.Value, options.Data, TimeProvider.System).ConfigureAwait(false) : null;
            using var term = EndOnSignal(system);
            await using var node = await start(system, options, settings).ConfigureAwait(false);
            await Console.Out.WriteLineAsync($"ready {options.Name}").ConfigureAwait(false);
            await system.WhenTerminated.ConfigureAwait(false);
            return 0;
        }
        catch (ConfigFileException e)
        {
            await Console.Error.WriteLineAsync(e.Message).ConfigureAwait(false);
            return 2;
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or AggregateException)
        {
            await Console.Error.WriteLineAsync((e.InnerException ?? e).Message).ConfigureAwait(false);
            return 1;
        }
    }

    /// <summary>SIGTERM ends the node in order, however long its parts take for that; the process ends after its actor system.</summary>
    private static PosixSignalRegistration EndOnSignal(ActorSystem system) => PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
    {
        signal.Cancel = true;
        _ = CoordinatedShutdown.Get(system).Run(CoordinatedShutdown.ClrExitReason.Instance);
    });

    /// <summary>Starts the actor system; a setting that it cannot use is reported like one of our own.</summary>
    private static ActorSystem CreateSystem(ConfigFile settings)
    {
        try
        {
            return ActorSystem.Create(NodeOptions.SystemName, LogSetup.AkkaSettings(settings).WithFallback(settings.Config));
        }
        catch (Exception e) when (e.GetBaseException() is ConfigurationException or FormatException or ArgumentException)
        {
            throw new ConfigFileException(settings.Explain(e.GetBaseException()), e);
        }
    }

    /// <summary>The settings of a node: defaults, file, environment and command line.</summary>
    public static ConfigFile SettingsOf(NodeOptions options, Config defaults) =>
        NodeSettings.Read(options.ConfigFile, [.. options.Settings, new KeyValuePair<string, string>("akka.remote.dot-netty.tcp.port", $"{options.Port}")], defaults: defaults.WithFallback(Common).WithFallback(NodeSettings.Defaults));
}
