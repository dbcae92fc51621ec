using Akka.Actor;
using Akka.Configuration;
using Akka.TestKit.Xunit2;
using Trapline.Controller.Actors;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Actors;

/// <summary>A journal that fails: who asks is told why, nothing is lost, and the controller works again when its journal does.</summary>
public sealed class JournalGuardTests : TestKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string _folder;

    public JournalGuardTests()
        : this(Directory.CreateTempSubdirectory("trapline-").FullName)
    {
    }

    private JournalGuardTests(string folder)
        : base(ConfigurationFactory.ParseString($$"""
            akka.persistence {
              journal { plugin = "akka.persistence.journal.sql", sql { connection-string = "Data Source={{folder}}/journal.db;Pooling=False", provider-name = "SQLite.MS" } }
              snapshot-store { plugin = "akka.persistence.snapshot-store.sql", sql { connection-string = "Data Source={{folder}}/journal.db;Pooling=False", provider-name = "SQLite.MS" } }
            }
            akka.persistence.journal.sql.circuit-breaker.reset-timeout = 200ms
            """)) => _folder = folder;

    protected override void AfterAll()
    {
        base.AfterAll();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Requests_are_refused_with_the_cause_and_work_again_when_the_journal_does()
    {
        var guard = Sys.ActorOf(JournalGuard.Props(ControllerActor.Props(new ControllerSettings(), new NoKeepers(), TimeProvider.System, TimeProvider.System), TimeProvider.System));
        guard.Tell(Define("first"), TestActor);
        ExpectMsg<Accepted>(Patience);

        // Those behind the one that fails wait in the controller when it stops.
        await ExecuteAsync("CREATE TRIGGER broken BEFORE INSERT ON journal BEGIN SELECT RAISE(ABORT, 'the disk is broken'); END");
        for (var i = 0; i < 3; i++)
            guard.Tell(Define($"lost-{i}"), TestActor);
        for (var i = 0; i < 3; i++)
            Assert.Contains("the disk is broken", ExpectMsg<NobodyDecides>(Patience).Problem, StringComparison.Ordinal);

        await ExecuteAsync("DROP TRIGGER broken");
        AwaitAssert(
            () =>
            {
                guard.Tell(Define("second"), TestActor);
                Assert.IsNotType<NobodyDecides>(ExpectMsg<IWireMessage>(Patience));
            },
            Patience,
            TimeSpan.FromMilliseconds(50));
        guard.Tell(new DescribeCluster(), TestActor);
        var known = (ClusterDescription)FishForMessage(m => m is ClusterDescription, Patience);
        Assert.Equal(["first", "second"], known.View.Vms.Select(v => v.Name).Order(StringComparer.Ordinal));
    }

    private async Task ExecuteAsync(string text)
    {
        await using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder}/journal.db;Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = text;
        await command.ExecuteNonQueryAsync();
    }

    private static DefineVms Define(string name) => new(new VmSpec(name, new ImageName("minios"), "standard.small"), 1, [new ImageName("minios")]);
}
