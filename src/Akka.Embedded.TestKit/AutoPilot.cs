using Akka.Actor;

namespace Akka.TestKit;

/// <summary>Runs a pilot from a function.</summary>
public delegate AutoPilot AutoPilotDelegate(IActorRef sender, object message);

/// <summary>Answers messages to a test actor by itself; called for each message, and says who is called for the next.</summary>
public abstract class AutoPilot
{
    /// <summary>For derived pilots.</summary>
    protected AutoPilot()
    {
    }

    /// <summary>Says that the same pilot goes on.</summary>
    public static KeepRunning KeepRunning => KeepRunning.Instance;

    /// <summary>Says that there is no pilot any more.</summary>
    public static NoAutoPilot NoAutoPilot => NoAutoPilot.Instance;

    /// <summary>Handles a message.</summary>
    public abstract AutoPilot Run(IActorRef sender, object message);
}

/// <summary>Says that the same pilot goes on.</summary>
public sealed class KeepRunning : AutoPilot
{
    /// <summary>The only one.</summary>
    public static KeepRunning Instance = new();

    private KeepRunning()
    {
    }

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => throw new InvalidOperationException("Must not call");
}

/// <summary>Says that there is no pilot any more.</summary>
public sealed class NoAutoPilot : AutoPilot
{
    /// <summary>The only one.</summary>
    public static NoAutoPilot Instance = new();

    private NoAutoPilot()
    {
    }

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => this;
}

/// <summary>A pilot made of a function.</summary>
public sealed class DelegateAutoPilot : AutoPilot
{
    private readonly AutoPilotDelegate _pilot;

    /// <summary>Runs <paramref name="autoPilotDelegate"/>.</summary>
    public DelegateAutoPilot(AutoPilotDelegate autoPilotDelegate) => _pilot = autoPilotDelegate;

    /// <inheritdoc/>
    public override AutoPilot Run(IActorRef sender, object message) => _pilot(sender, message);
}
