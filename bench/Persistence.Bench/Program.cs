using Akka.Actor;
using Akka.Configuration;
using Trapline.Bench.Persistence;

// Events per second that many persistent actors store in one SQLite file, and that they replay from it.
// Arguments: actors (default 500), events per actor (default 400), events per command (default 10).
var actors = args.Length > 0 ? int.Parse(args[0]) : 500;
var events = args.Length > 1 ? int.Parse(args[1]) : 400;
var perCommand = args.Length > 2 ? int.Parse(args[2]) : 10;
var folder = Directory.CreateTempSubdirectory("persistence-bench-");
var config = ConfigurationFactory.ParseString($$"""
    akka.loglevel = WARNING
    akka.stdout-loglevel = OFF
    akka.persistence.journal {
      plugin = "akka.persistence.journal.sql"
      sql {
        class = "Akka.Persistence.Sql.Journal.SqlWriteJournal, Akka.Persistence.Sql"
        connection-string = "Data Source={{Path.Combine(folder.FullName, "bench.db")}}"
        provider-name = "SQLite.MS"
        batch-size = 1000
        circuit-breaker { max-failures = 10, call-timeout = 60s, reset-timeout = 30s }
      }
    }
    akka.persistence.snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
    """);
try
{
    for (var round = 1; round <= 3; round++)
    {
        var prefix = $"round{round}-";
        var stored = await Rounds.StoreAsync(config, prefix, actors, events, perCommand);
        var replayed = await Rounds.ReplayAsync(config, prefix, actors, events);
        Console.WriteLine($"round {round}: {actors} actors, {perCommand} events per command: stored {stored:N0} events/s, replayed {replayed:N0} events/s");
    }
}
finally
{
    folder.Delete(recursive: true);
}
