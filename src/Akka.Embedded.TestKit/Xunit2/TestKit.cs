using Akka.Actor;
using Akka.Actor.Setup;
using Akka.Configuration;
using Akka.Event;
using Akka.TestKit.Xunit2.Internals;
using Xunit.Abstractions;

namespace Akka.TestKit.Xunit2;

/// <summary>Base of xunit tests of actors: each test has a system of its own, which ends with the test.</summary>
public class TestKit : TestKitBase, IDisposable
{
    /// <summary>Where xunit wants a test's output.</summary>
    protected readonly ITestOutputHelper? Output;

    private readonly bool _ownsSystem;
    private bool _disposed;

    /// <summary>Tests in <paramref name="system"/>, or in a new one.</summary>
    public TestKit(ActorSystem? system = null, ITestOutputHelper? output = null)
        : base(Assertions, system)
    {
        _ownsSystem = system is null;
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Tests in a new system.</summary>
    public TestKit(ActorSystemSetup config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        _ownsSystem = true;
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Tests in a new system.</summary>
    public TestKit(Config config, string? actorSystemName = null, ITestOutputHelper? output = null)
        : base(Assertions, config, actorSystemName)
    {
        _ownsSystem = true;
        Output = output;
        InitializeLogger(Sys);
    }

    /// <summary>Tests in a new system.</summary>
    public TestKit(string config, ITestOutputHelper? output = null)
        : this(ConfigurationFactory.ParseString(config), output: output)
    {
    }

    /// <summary>What the kit adds to a system's configuration.</summary>
    public static new Config DefaultConfig => TestKitBase.DefaultConfig;

    /// <summary>Logs as much as there is.</summary>
    public static new Config FullDebugConfig => TestKitBase.FullDebugConfig;

    /// <summary>How failures are reported.</summary>
    protected static XunitAssertions Assertions { get; } = new();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Called when the test has ended; ends the system if the test had one of its own.</summary>
    protected virtual void AfterAll()
    {
        if (_ownsSystem)
            Shutdown();
    }

    /// <summary>Ends the test.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (!disposing || _disposed)
            return;
        _disposed = true;
        AfterAll();
    }

    /// <summary>Sends the log of <paramref name="system"/> to the test's output.</summary>
    protected void InitializeLogger(ActorSystem system) => StartLogger(system, null);

    /// <summary>Sends the log of <paramref name="system"/> to the test's output, each line with <paramref name="prefix"/>.</summary>
    protected void InitializeLogger(ActorSystem system, string prefix) => StartLogger(system, prefix);

    private void StartLogger(ActorSystem system, string? prefix)
    {
        if (Output is null)
            return;
        var logger = ((ExtendedActorSystem)system).SystemActorOf(Props.Create(() => new TestOutputLogger(Output, prefix)), "log-test");
        logger.Tell(new InitializeLogger(system.EventStream), ActorRefs.NoSender);
    }
}
