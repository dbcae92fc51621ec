using Akka.Actor;
using Trapline.Shared.Conversations;
using Trapline.Shared.Leases;

namespace Trapline.Controller.Leases;

/// <summary>
/// A lease keeper on a controller node, beside the singleton and independent of it: answers hosts' heartbeats and the controller's questions from
/// <see cref="LeaseKeeper"/>. It keeps nothing on disk, and is never restarted in place: a new one must promise for everyone again.
/// </summary>
public sealed class LeaseKeeperActor : ReceiveActor
{
    /// <summary>Its name below /user on every node of role controller.</summary>
    public const string Name = Names.Keeper;

    private readonly LeaseKeeper _keeper;
    private readonly TimeProvider _time;
    private readonly long _origin;

    /// <summary>A keeper that starts now.</summary>
    /// <param name="keeper">Its name in its answers: unique among the keepers.</param>
    /// <param name="terms">The cluster's numbers.</param>
    /// <param name="isOnly">Whether the cluster is configured with no other: then the controller is in its process.</param>
    /// <param name="time">The clock.</param>
    public LeaseKeeperActor(string keeper, LeaseTerms terms, bool isOnly, TimeProvider time)
    {
        _time = time;
        _origin = time.GetTimestamp();
        _keeper = new LeaseKeeper(terms, Now, withController: isOnly);
        Receive<Heartbeat>(beat =>
        {
            if (ToMessage(keeper, beat, _keeper.Answer(beat.Boot, beat.Sequence, beat.HeardOf(keeper), Now)) is { } message)
                Sender.Tell(message);
        });
        Receive<LostQuestion>(question =>
            Sender.Tell(new LostVerdict(keeper, question.Host, question.Boot, question.Round, _keeper.CallsLost(question.Boot, Now))));
    }

    private TimeSpan Now => _time.GetElapsedTime(_origin);

    /// <summary>How the node starts it.</summary>
    public static Props Props(string keeper, LeaseTerms terms, bool isOnly, TimeProvider time) =>
        Akka.Actor.Props.Create(() => new LeaseKeeperActor(keeper, terms, isOnly, time));

    /// <summary>What is sent to the host; null for nothing.</summary>
    internal static IWireMessage? ToMessage(string keeper, Heartbeat beat, LeaseAnswer answer) => answer switch
    {
        LeaseAnswer.Silence => null,
        LeaseAnswer.Echo => new HeartbeatEcho(keeper, beat.Boot, beat.Sequence),
        _ => new HeartbeatAnswer(keeper, beat.Boot, beat.Sequence, answer == LeaseAnswer.Granted),
    };
}
