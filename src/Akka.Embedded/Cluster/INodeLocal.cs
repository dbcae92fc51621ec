using Akka.Actor;

namespace Akka.Cluster;

/// <summary>A message that never leaves its node, so that <c>serialize-messages</c> has nothing to check.</summary>
internal interface INodeLocal : INoSerializationVerificationNeeded;
