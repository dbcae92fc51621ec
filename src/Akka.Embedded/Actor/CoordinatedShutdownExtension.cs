using System.Runtime.InteropServices;
using Akka.Actor.Internal;
using Akka.Configuration;

namespace Akka.Actor;

/// <summary>Makes the coordinated shutdown of a system.</summary>
public sealed class CoordinatedShutdownExtension : ExtensionIdProvider<CoordinatedShutdown>
{
    /// <inheritdoc/>
    public override CoordinatedShutdown CreateExtension(ExtendedActorSystem system)
    {
        var config = system.Settings.Config.GetConfig("akka.coordinated-shutdown");
        var shutdown = new CoordinatedShutdown(system, config);
        TerminateActorSystem(shutdown, config);
        if (config.GetBoolean("run-by-clr-shutdown-hook", true))
            RunAtProcessEnd(shutdown);
        return shutdown;
    }

    private static void TerminateActorSystem(CoordinatedShutdown shutdown, Config config)
    {
        var terminate = config.GetBoolean("terminate-actor-system", true);
        var exit = config.GetBoolean("exit-clr");
        if (!terminate && !exit)
            return;
        shutdown.AddTask(CoordinatedShutdown.PhaseActorSystemTerminate, "terminate-system", async () =>
        {
            var system = (ActorSystemImpl)shutdown.System;
            if (terminate)
            {
                system.FinalTerminate();
                if (exit)
                    ForceExitAfter(shutdown.Timeout(CoordinatedShutdown.PhaseActorSystemTerminate), system, ExitCode(shutdown, config));
                await system.WhenTerminated.ConfigureAwait(false);
            }

            if (exit && shutdown.ShutdownReason is not CoordinatedShutdown.ClrExitReason)
                _ = Task.Run(() => Environment.Exit(ExitCode(shutdown, config)));
            return Done.Instance;
        });
    }

    private static int ExitCode(CoordinatedShutdown shutdown, Config config)
    {
        var reason = shutdown.ShutdownReason?.GetType();
        var overrides = config.GetConfig("reason-overrides");
        foreach (var key in reason is null ? [] : new[] { reason.FullName!, reason.FullName!.Replace('+', '.'), reason.Name })
        {
            foreach (var (name, value) in overrides.AsEnumerable())
            {
                if (name.Trim('"').Split(',')[0] == key && value.IsObject())
                    return value.ToConfig().GetInt("exit-code", config.GetInt("exit-code"));
            }
        }

        return config.GetInt("exit-code");
    }

    private static void ForceExitAfter(TimeSpan timeout, ActorSystem system, int code) => _ = Task.Run(async () =>
    {
        // An actor that hangs must not keep the process alive.
        await Task.WhenAny(system.WhenTerminated, Task.Delay(timeout, TimeProvider.System)).ConfigureAwait(false);
        if (!system.WhenTerminated.IsCompleted)
            Environment.Exit(code);
    });

    /// <summary>
    /// SIGTERM, SIGINT and SIGQUIT run the shutdown and end the process afterwards; an ordinary exit (Environment.Exit, end of
    /// Main) runs it too and waits for it.
    /// </summary>
    private static void RunAtProcessEnd(CoordinatedShutdown shutdown)
    {
        var signals = new List<PosixSignalRegistration>
        {
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        };
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
        shutdown.System.RegisterOnTermination(() =>
        {
            AppDomain.CurrentDomain.ProcessExit -= OnProcessExit;

            // A handler must not dispose of its own registration: that waits for the handler.
            _ = Task.Run(() => signals.ForEach(s => s.Dispose()));
        });

        void OnSignal(PosixSignalContext context)
        {
            // The signal's default, which is not cancelled, ends the process through ProcessExit; that is where we wait.
            _ = shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
        }

        void OnProcessExit(object? sender, EventArgs e)
        {
            var run = shutdown.Run(CoordinatedShutdown.ClrExitReason.Instance);
            run.Wait(shutdown.TotalTimeout);
        }
    }
}
