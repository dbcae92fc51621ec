using Akka.Actor;
using Akka.Event;
using Serilog;
using Serilog.Events;
using Trapline.Shared.Configuration;
using Trapline.Shared.Ids;
using Trapline.Shared.Logging;
using AkkaLogging = Akka.Event.Logging;
using LogEvent = Serilog.Events.LogEvent;

namespace Trapline.Shared.Tests.Logging;

/// <summary>What actors log arrives in Serilog with its template, its arguments as properties, and where it came from.</summary>
public sealed class SerilogLoggerTests : IAsyncLifetime
{
    private readonly CollectingSink _sink = new();
    private ActorSystem _system = null!;

    public Task InitializeAsync()
    {
        Log.Logger = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(_sink).CreateLogger();
        var file = ConfigFile.Parse("trapline.logging.level = debug\nakka.stdout-loglevel = OFF", "test.conf", LogSetup.Defaults);
        _system = ActorSystem.Create("logging", file.Config.WithFallback(LogSetup.AkkaSettings(file)));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        Log.Logger = Serilog.Core.Logger.None;
    }

    [Fact]
    public async Task Arguments_become_properties_beside_source_and_path()
    {
        _system.ActorOf(Props.Create(() => new Talker()), "talker").Tell("hello");
        var logged = await _sink.NextAsync("#7");
        Assert.Equal(LogEventLevel.Warning, logged.Level);
        Assert.Equal("{Text} from {Vm} #{Incarnation}", logged.MessageTemplate.Text);
        Assert.Equal(("hello", "web-1", 7), (Value(logged, "Text"), Value(logged, "Vm"), Value(logged, "Incarnation")));
        Assert.EndsWith("/user/talker", (string)Value(logged, LogProperties.ActorPath)!);
        Assert.Contains("/user/talker", (string)Value(logged, LogProperties.LogSource)!);
        Assert.Equal(typeof(Talker).FullName, Value(logged, "SourceContext"));
        Assert.IsType<int>(Value(logged, LogProperties.Thread));
    }

    [Fact]
    public async Task Exceptions_are_passed_on()
    {
        var log = AkkaLogging.GetLogger(_system, "somewhere");
        log.Error(new InvalidOperationException("boom"), "could not {Do} it", "do");
        var logged = await _sink.NextAsync("could not");
        Assert.Equal(LogEventLevel.Error, logged.Level);
        Assert.Equal("boom", logged.Exception!.Message);
        Assert.Equal("do", Value(logged, "Do"));
        Assert.False(logged.Properties.ContainsKey(LogProperties.ActorPath));
    }

    [Fact]
    public async Task A_logger_adds_its_properties_to_all_it_logs()
    {
        var log = AkkaLogging.GetLogger(_system, "somewhere").ForVm(new VmId("db-2"), new Incarnation(3)).ForEvent("vm-started");
        log.Info("started in {Duration} ms", 12);
        var structured = await _sink.NextAsync("started in 12 ms");
        Assert.Equal(("db-2", 3L, "vm-started", 12), (
            Value(structured, LogProperties.Vm), Value(structured, LogProperties.Incarnation), Value(structured, LogProperties.EventId), Value(structured, "Duration")));
        log.Debug("plain text {not a template");
        var plain = await _sink.NextAsync("plain text");
        Assert.Equal(LogEventLevel.Debug, plain.Level);
        Assert.Equal("db-2", Value(plain, LogProperties.Vm));
    }

    [Fact]
    public async Task Text_with_braces_is_not_taken_for_a_template()
    {
        AkkaLogging.GetLogger(_system, "somewhere").Info("json {\"a\": 1}");
        var logged = await _sink.NextAsync("json");
        Assert.Equal("json {\"a\": 1}", logged.RenderMessage(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static object? Value(LogEvent logged, string name) =>
        logged.Properties.TryGetValue(name, out var value) ? ((ScalarValue)value).Value : null;

    private sealed class Talker : ReceiveActor
    {
        public Talker() => Receive<string>(text => Context.GetLogger().Warning("{Text} from {Vm} #{Incarnation}", text, "web-1", 7));
    }
}
