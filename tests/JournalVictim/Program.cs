using Akka.Actor;
using Akka.Configuration;
using Akka.Persistence;

// Stores numbers under the persistence id "victim" as fast as it can, and prints each one once it is stored.
var config = ConfigurationFactory.ParseString(File.ReadAllText(args[0]));
using var system = ActorSystem.Create("victim", config);
system.ActorOf(Props.Create(() => new Trapline.JournalVictim.Victim()), "victim");
await system.WhenTerminated;

namespace Trapline.JournalVictim
{
    /// <summary>Stores the next number as soon as the last one is stored.</summary>
    public sealed class Victim : ReceivePersistentActor
    {
        public Victim()
        {
            Command<int>(number => Persist($"n{number}", stored =>
            {
                Console.Out.WriteLine(stored);
                Console.Out.Flush();
                Self.Tell(number + 1);
            }));
            Recover<RecoveryCompleted>(_ => Self.Tell((int)LastSequenceNr + 1));
        }

        public override string PersistenceId => "victim";

        protected override void OnPersistFailure(Exception cause, object @event, long sequenceNr) =>
            Console.Error.WriteLine($"not stored: {@event}: {cause}");

        protected override void OnRecoveryFailure(Exception reason, object? message = null) =>
            Console.Error.WriteLine($"not recovered: {reason}");
    }
}
