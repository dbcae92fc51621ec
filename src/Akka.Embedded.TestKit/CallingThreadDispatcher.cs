using Akka.Dispatch;

namespace Akka.TestKit;

/// <summary>Runs an actor on the thread of whoever sends to it.</summary>
internal sealed class CallingThreadDispatcher(string id) : MessageDispatcher(id, int.MaxValue, TimeSpan.Zero)
{
    /// <summary>The class name that configuration has for this dispatcher.</summary>
    internal const string TypeName = "Akka.TestKit.CallingThreadDispatcherConfigurator, Akka.TestKit";

    protected override void ExecuteTask(IRunnable run) => run.Run();
}
