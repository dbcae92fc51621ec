using Akka.Actor;

namespace Akka.Persistence;

/// <summary>What persistent actors and plug-ins say to each other, inside one process.</summary>
public interface IPersistenceMessage : INoSerializationVerificationNeeded;

/// <summary>A message of the journal's protocol.</summary>
public interface IJournalMessage : IPersistenceMessage;

/// <summary>A message to a journal.</summary>
public interface IJournalRequest : IJournalMessage;

/// <summary>A journal's answer.</summary>
public interface IJournalResponse : IJournalMessage;

/// <summary>A message of the snapshot store's protocol.</summary>
public interface ISnapshotMessage : IPersistenceMessage;

/// <summary>A message to a snapshot store.</summary>
public interface ISnapshotRequest : ISnapshotMessage;

/// <summary>A snapshot store's answer.</summary>
public interface ISnapshotResponse : ISnapshotMessage;
