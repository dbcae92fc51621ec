using Akka.Actor;
using Akka.Configuration;

namespace Akka.TestKit;

/// <summary>What the section <c>akka.test</c> says.</summary>
public class TestKitSettings : IExtension
{
    /// <summary>Reads the whole configuration of a system.</summary>
    public TestKitSettings(Config config)
    {
        DefaultTimeout = config.GetTimeSpan("akka.test.default-timeout", TimeSpan.FromSeconds(5), allowInfinite: false);
        SingleExpectDefault = config.GetTimeSpan("akka.test.single-expect-default", TimeSpan.FromSeconds(3), allowInfinite: false);
        TestEventFilterLeeway = config.GetTimeSpan("akka.test.filter-leeway", TimeSpan.FromSeconds(3), allowInfinite: false);
        TestTimeFactor = config.GetDouble("akka.test.timefactor", 1);
        LogTestKitCalls = config.GetBoolean("akka.test.test-kit.log-test-kit-calls");
        if (TestTimeFactor <= 0)
            throw new ConfigurationException($"akka.test.timefactor is {TestTimeFactor}; expected a positive number.");
    }

    /// <summary>How long requests of the kit to its own actors may take.</summary>
    public TimeSpan DefaultTimeout { get; }

    /// <summary>How long to wait for a message outside of Within.</summary>
    public TimeSpan SingleExpectDefault { get; }

    /// <summary>How long to wait for log entries after the action.</summary>
    public TimeSpan TestEventFilterLeeway { get; }

    /// <summary>What dilated times are multiplied by.</summary>
    public double TestTimeFactor { get; }

    /// <summary>Whether the kit logs what it does.</summary>
    public bool LogTestKitCalls { get; }
}

/// <summary>Makes <see cref="TestKitSettings"/>.</summary>
public class TestKitExtension : ExtensionIdProvider<TestKitSettings>
{
    /// <summary>The settings of <paramref name="system"/>.</summary>
    public static TestKitSettings For(ActorSystem system) => new TestKitExtension().Apply(system);

    /// <inheritdoc/>
    public override TestKitSettings CreateExtension(ExtendedActorSystem system) => new(system.Settings.Config);
}

/// <summary>How the test framework reports failures.</summary>
public interface ITestKitAssertions
{
    /// <summary>Fails.</summary>
    void Fail(string format = "", params object[] args);

    /// <summary>Fails unless <paramref name="condition"/> is true.</summary>
    void AssertTrue(bool condition, string format = "", params object[] args);

    /// <summary>Fails unless <paramref name="condition"/> is false.</summary>
    void AssertFalse(bool condition, string format = "", params object[] args);

    /// <summary>Fails unless both are equal.</summary>
    void AssertEqual<T>(T expected, T actual, string format = "", params object[] args);

    /// <summary>Fails unless <paramref name="comparer"/> finds both equal.</summary>
    void AssertEqual<T>(T expected, T actual, Func<T, T, bool> comparer, string format = "", params object[] args);
}

/// <summary>Holds the assertions of a system.</summary>
public class TestKitAssertionsProvider : IExtension
{
    /// <summary>Holds <paramref name="assertions"/>.</summary>
    public TestKitAssertionsProvider(ITestKitAssertions assertions) => Assertions = assertions;

    /// <summary>The assertions.</summary>
    public ITestKitAssertions Assertions { get; }
}

/// <summary>Makes <see cref="TestKitAssertionsProvider"/>.</summary>
public class TestKitAssertionsExtension : ExtensionIdProvider<TestKitAssertionsProvider>
{
    private readonly ITestKitAssertions _assertions;

    /// <summary>For <paramref name="assertions"/>.</summary>
    public TestKitAssertionsExtension(ITestKitAssertions assertions) => _assertions = assertions;

    /// <summary>The assertions of <paramref name="system"/>.</summary>
    public static TestKitAssertionsProvider For(ActorSystem system) => system.GetExtension<TestKitAssertionsProvider>();

    /// <inheritdoc/>
    public override TestKitAssertionsProvider CreateExtension(ExtendedActorSystem system) => new(_assertions);
}

/// <summary>A test whose messages have no sender unless one is named.</summary>
public interface INoImplicitSender
{
}
