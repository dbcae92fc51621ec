using System.Globalization;
using Akka.Actor;
using Akka.Persistence;

namespace Trapline.ActorRuntime.Node;

/// <summary>Collects numbers, each once. What it has acknowledged is in its journal.</summary>
internal sealed class Counter : ReceivePersistentActor
{
    public const string Add = "add:";
    public const string List = "list";
    public const string Finish = "finish";

    private readonly SortedSet<int> _numbers = [];

    public Counter()
    {
        Recover<string>(Apply);
        Recover<RecoveryCompleted>(_ => Tell($"singleton started {_numbers.Count}"));
        Command<string>(OnCommand);
    }

    public override string PersistenceId => "counter";

    protected override void PostStop()
    {
        Tell("singleton stopped");
        base.PostStop();
    }

    private static void Tell(string line) => Console.Out.WriteLine(line);

    private void OnCommand(string command)
    {
        if (command == Finish)
        {
            Context.Stop(Self);
            return;
        }

        if (command == List)
        {
            Sender.Tell($"numbers {string.Join(",", _numbers)}");
            return;
        }

        var number = command[Add.Length..];
        var sender = Sender;
        if (_numbers.Contains(int.Parse(number, CultureInfo.InvariantCulture)))
        {
            sender.Tell($"acked {number}");
            return;
        }

        Persist(number, added =>
        {
            Apply(added);
            sender.Tell($"acked {added}");
        });
    }

    private void Apply(string number) => _numbers.Add(int.Parse(number, CultureInfo.InvariantCulture));
}
