using Akka.Actor;
using Akka.Persistence;
using Akka.Persistence.Journal;
using Xunit.Abstractions;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>Event adapters change events on their way to the journal and back, by type.</summary>
public sealed class EventAdapterTests(ITestOutputHelper output) : Akka.TestKit.Xunit2.TestKit(Config, output)
{
    private static readonly string Config = $$"""
        akka.test.single-expect-default = 30s
        akka.persistence {
          journal {
            plugin = "akka.persistence.journal.adapted"
            adapted {
              class = "Akka.Persistence.Journal.MemoryJournal, Akka.Persistence"
              plugin-dispatcher = "akka.actor.default-dispatcher"
              event-adapters { split = "{{NameOf<SplittingAdapter>()}}" }
              event-adapter-bindings { "{{NameOf<Words>()}}" = split }
            }
          }
          snapshot-store.plugin = "akka.persistence.snapshot-store.inmem"
        }
        """;

    private static string NameOf<T>() => $"{typeof(T).FullName}, {typeof(T).Assembly.GetName().Name}";

    private static void Script(Scripted s)
    {
        s.When<Words>(words => s.Persist(words, stored => s.Say("stored " + stored.Text)));
        s.When<string>(text => s.Persist(text, stored => s.Say("stored " + stored)));
        s.Replay<Words>(words => s.Say("words " + words.Text));
        s.SayWhatIsReplayed();
    }

    [Fact]
    public void An_event_is_stored_in_its_journal_form_and_read_back_as_the_events_it_stands_for()
    {
        var actor = Sys.ActorOf(Scripted.Props("a", TestActor, Script));
        Watch(actor);
        ExpectMsg("recovered");
        actor.Tell(new Words("one two"));
        actor.Tell("plain");
        ExpectMsg("stored one two");
        ExpectMsg("stored plain");
        actor.Tell(PoisonPill.Instance);
        ExpectTerminated(actor);
        Sys.ActorOf(Scripted.Props("a", TestActor, Script));
        foreach (var expected in new[] { "words ONE", "words TWO", "replayed plain", "recovered" })
            ExpectMsg(expected);
    }

    public sealed record Words(string Text);

    /// <summary>Stores words in capitals, and reads each back as an event of its own.</summary>
    public sealed class SplittingAdapter : IEventAdapter
    {
        public string Manifest(object evt) => "words";

        public object ToJournal(object evt) => new Words(((Words)evt).Text.ToUpperInvariant());

        public IEventSequence FromJournal(object evt, string manifest)
        {
            Assert.Equal("words", manifest);
            return EventSequence.Create(((Words)evt).Text.Split(' ').Select(word => (object)new Words(word)));
        }
    }
}
