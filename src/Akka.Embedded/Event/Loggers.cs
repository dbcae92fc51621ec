using Akka.Actor;
using Akka.Dispatch;

namespace Akka.Event;

/// <summary>What a logger needs of its queue.</summary>
public interface ILoggerMessageQueueSemantics : ISemantics
{
}

/// <summary>A logger without an actor, for the time before and after the system runs.</summary>
public abstract class MinimalLogger : MinimalActorRef
{
    /// <summary>For derived loggers.</summary>
    protected MinimalLogger()
    {
    }

    /// <inheritdoc/>
    public sealed override ActorPath Path { get; } = new RootActorPath(Address.AllSystems) / "StandardOutLogger";

    /// <inheritdoc/>
    public sealed override IActorRefProvider Provider => throw new NotSupportedException("This logger does not provide.");

    /// <inheritdoc/>
    protected sealed override void TellInternal(object message, IActorRef? sender) => Log(message);

    /// <summary>Writes an entry.</summary>
    protected abstract void Log(object message);
}

/// <summary>Writes entries to the console.</summary>
public class StandardOutLogger : MinimalLogger
{
    private static readonly Lock Console = new();

    /// <summary>Colour of debug entries.</summary>
    public static ConsoleColor DebugColor { get; set; } = ConsoleColor.Gray;

    /// <summary>Colour of info entries.</summary>
    public static ConsoleColor InfoColor { get; set; } = ConsoleColor.White;

    /// <summary>Colour of warnings.</summary>
    public static ConsoleColor WarningColor { get; set; } = ConsoleColor.Yellow;

    /// <summary>Colour of errors.</summary>
    public static ConsoleColor ErrorColor { get; set; } = ConsoleColor.Red;

    /// <summary>Whether colours are used.</summary>
    public static bool UseColors { get; set; } = true;

    /// <inheritdoc/>
    protected override void Log(object message)
    {
        if (message is LogEvent logEvent)
            Print(logEvent);
        else
            System.Console.WriteLine(message);
    }

    internal static void Print(LogEvent logEvent)
    {
        lock (Console)
        {
            if (!UseColors || System.Console.IsOutputRedirected)
            {
                System.Console.WriteLine(logEvent);
                return;
            }

            System.Console.ForegroundColor = logEvent.LogLevel() switch
            {
                LogLevel.DebugLevel => DebugColor,
                LogLevel.InfoLevel => InfoColor,
                LogLevel.WarningLevel => WarningColor,
                _ => ErrorColor,
            };
            System.Console.WriteLine(logEvent);
            System.Console.ResetColor();
        }
    }
}

/// <summary>The logger for systems that name none: writes entries to the console.</summary>
public class DefaultLogger : ActorBase, IRequiresMessageQueue<ILoggerMessageQueueSemantics>
{
    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger:
                Sender.Tell(new LoggerInitialized());
                return true;
            case LogEvent logEvent:
                Print(logEvent);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes an entry.</summary>
    protected virtual void Print(LogEvent logEvent) => StandardOutLogger.Print(logEvent);
}
