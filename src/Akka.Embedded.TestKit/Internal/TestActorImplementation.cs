using Akka.Actor;
using Akka.Actor.Internal;

namespace Akka.TestKit.Internal;

/// <summary>The actor behind <c>TestActor</c> and each probe: puts what it gets into the test's queue.</summary>
internal sealed class TestActorImplementation(TestMessageQueue queue) : ActorBase
{
    private readonly ChildStrategy _strategy = new();
    private TestActor.Ignore? _ignore;
    private AutoPilot _pilot = AutoPilot.NoAutoPilot;

    protected override bool Receive(object message)
    {
        switch (message)
        {
            case TestActor.SetIgnore set:
                _ignore = set.Ignore;
                return true;
            case TestActor.SetAutoPilot set:
                _pilot = set.AutoPilot;
                return true;
            case TestActor.Watch watch:
                Context.Watch(watch.Actor);
                Sender.Tell(watch.Actor);
                return true;
            case TestActor.Unwatch unwatch:
                Context.Unwatch(unwatch.Actor);
                Sender.Tell(unwatch.Actor);
                return true;
            case TestActor.Spawn spawn:
                var child = spawn.Apply(Context);
                if (spawn._supervisorStrategy.HasValue)
                    _strategy.Update(child, spawn._supervisorStrategy.Value);
                Sender.Tell(child);
                return true;
        }

        var next = _pilot.Run(Sender, message);
        if (next is not KeepRunning)
            _pilot = next;
        if (_ignore is null || !_ignore(message))
            queue.Enqueue(new RealMessageEnvelope(message, Sender));
        return true;
    }

    protected override SupervisorStrategy SupervisorStrategy() => _strategy;

    protected override void PostStop()
    {
        var self = Self;
        for (var left = queue.Count; left > 0; left--)
        {
            // What nobody looked at is a dead letter, as it would be for any other actor.
            var message = queue.NextAsync(TimeSpan.Zero, peek: false, block: true, CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (message is not null)
                Context.System.DeadLetters.Tell(new Event.DeadLetter(message.Message, message.Sender, self), message.Sender);
        }
    }

    /// <summary>A strategy of its own for each child that a test makes.</summary>
    private sealed class ChildStrategy : SupervisorStrategy
    {
        private readonly Dictionary<IActorRef, SupervisorStrategy> _strategies = [];

        public override IDecider Decider => DefaultDecider;

        internal void Update(IActorRef child, SupervisorStrategy strategy) => _strategies[child] = strategy;

        protected override Directive Handle(IActorRef child, Exception exception) => Of(child).Decider.Decide(exception);

        internal override void ProcessFailure(ActorCell cell, bool restart, IActorRef child, Exception cause, ChildRestartStats stats) =>
            Of(child).ProcessFailure(cell, restart, child, cause, stats);

        public override void HandleChildTerminated(IActorContext actorContext, IActorRef child, IEnumerable<IInternalActorRef> children) =>
            _strategies.Remove(child);

        public override Util.ISurrogate ToSurrogate(ActorSystem system) => throw new NotSupportedException("A test's strategy does not travel.");

        private SupervisorStrategy Of(IActorRef child) => _strategies.GetValueOrDefault(child) ?? DefaultStrategy;
    }
}
