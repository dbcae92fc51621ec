namespace Trapline.Shared.Logging;

/// <summary>Names of the properties that log events carry beside the arguments of their messages.</summary>
public static class LogProperties
{
    /// <summary>The VM that the event is about.</summary>
    public const string Vm = "Vm";

    /// <summary>The incarnation of that VM.</summary>
    public const string Incarnation = "Incarnation";

    /// <summary>The host that logs, or that the event is about.</summary>
    public const string Host = "Host";

    /// <summary>What kind of event it is, for alerts and tests: a name that does not change when the wording does.</summary>
    public const string EventId = "EventId";

    /// <summary>The actor that logs.</summary>
    public const string ActorPath = "ActorPath";

    /// <summary>What logs, as the actor system names it.</summary>
    public const string LogSource = "LogSource";

    /// <summary>The thread that logged.</summary>
    public const string Thread = "Thread";
}
