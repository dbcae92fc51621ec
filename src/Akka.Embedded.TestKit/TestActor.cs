using Akka.Actor;
using Akka.Util;

namespace Akka.TestKit;

/// <summary>What a test actor can be told.</summary>
public static class TestActor
{
    /// <summary>Says which messages a test does not want to see.</summary>
    public delegate bool Ignore(object message);

    /// <summary>Says that the same pilot goes on.</summary>
    public static AutoPilot KeepRunning => TestKit.KeepRunning.Instance;

    /// <summary>Says that there is no pilot any more.</summary>
    public static AutoPilot NoAutoPilot => TestKit.NoAutoPilot.Instance;

    /// <summary>No message.</summary>
    public static NullMessageEnvelope NullMessage => NullMessageEnvelope.Instance;

    /// <summary>Sets which messages are ignored.</summary>
    public class SetIgnore : INoSerializationVerificationNeeded
    {
        /// <summary>Ignores what <paramref name="ignore"/> is true for; null ignores nothing.</summary>
        public SetIgnore(Ignore? ignore) => Ignore = ignore!;

        /// <summary>Which messages are ignored.</summary>
        public Ignore Ignore { get; }
    }

    /// <summary>Sets the pilot.</summary>
    public class SetAutoPilot : INoSerializationVerificationNeeded
    {
        /// <summary>Sets <paramref name="autoPilot"/>.</summary>
        public SetAutoPilot(AutoPilot autoPilot) => AutoPilot = autoPilot;

        /// <summary>The pilot.</summary>
        public AutoPilot AutoPilot { get; }
    }

    /// <summary>Makes the test actor watch another one.</summary>
    public class Watch : INoSerializationVerificationNeeded
    {
        /// <summary>Watches <paramref name="actorToWatch"/>.</summary>
        public Watch(IActorRef actorToWatch) => Actor = actorToWatch;

        /// <summary>The other one.</summary>
        public IActorRef Actor { get; }
    }

    /// <summary>Makes the test actor watch another one no longer.</summary>
    public class Unwatch : INoSerializationVerificationNeeded
    {
        /// <summary>Watches <paramref name="actorToUnwatch"/> no longer.</summary>
        public Unwatch(IActorRef actorToUnwatch) => Actor = actorToUnwatch;

        /// <summary>The other one.</summary>
        public IActorRef Actor { get; }
    }

    /// <summary>Makes the test actor make a child.</summary>
    public class Spawn : INoSerializationVerificationNeeded
    {
        /// <summary>The child's recipe.</summary>
        public readonly Props _props;

        /// <summary>The child's name.</summary>
        public readonly Option<string> _name;

        /// <summary>How the child is supervised.</summary>
        public readonly Option<SupervisorStrategy> _supervisorStrategy;

        /// <summary>Describes the child.</summary>
        public Spawn(Props props, Option<string> name, Option<SupervisorStrategy> supervisorStrategy)
        {
            _props = props;
            _name = name;
            _supervisorStrategy = supervisorStrategy;
        }

        /// <summary>Makes the child.</summary>
        public IActorRef Apply(IActorRefFactory context) => context.ActorOf(_props, _name.HasValue ? _name.Value : null);
    }
}
