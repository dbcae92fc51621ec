namespace Akka.Persistence.Serialization;

/// <summary>Marks what persistence hands to serializers in its own envelope.</summary>
public interface IMessage;
