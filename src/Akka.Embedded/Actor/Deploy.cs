using Akka.Configuration;
using Akka.Util;

namespace Akka.Actor;

/// <summary>Where and how an actor runs, apart from what it is. Each With-method gives a new one.</summary>
public class Deploy : IEquatable<Deploy>, ISurrogated
{
    /// <summary>Stands for "no dispatcher named".</summary>
    public static readonly string NoDispatcherGiven = "";

    /// <summary>Stands for "no mailbox named".</summary>
    public static readonly string NoMailboxGiven = "";

    /// <summary>Stands for "no limit given to the stash".</summary>
    public const int NoStashSize = -1;

    /// <summary>Stands for "no scope given".</summary>
    public static readonly Scope NoScopeGiven = Actor.NoScopeGiven.Instance;

    /// <summary>In this system.</summary>
    public static readonly Deploy Local = new(Scope.Local);

    /// <summary>Says nothing.</summary>
    public static readonly Deploy None = new(NoScopeGiven);

    /// <summary>Says nothing.</summary>
    public Deploy()
        : this(NoScopeGiven)
    {
    }

    /// <summary>In the given system.</summary>
    public Deploy(Scope scope)
        : this("", scope)
    {
    }

    /// <summary>For the actor at <paramref name="path"/>, in the given system.</summary>
    public Deploy(string path, Scope scope)
    {
        Path = path;
        Scope = scope ?? NoScopeGiven;
    }

    private Deploy(Deploy from)
    {
        Path = from.Path;
        Config = from.Config;
        Scope = from.Scope;
        Dispatcher = from.Dispatcher;
        Mailbox = from.Mailbox;
        StashCapacity = from.StashCapacity;
    }

    /// <summary>The path, relative to the user guardian, that this is for.</summary>
    public string Path { get; private init; }

    /// <summary>Where this was read from.</summary>
    public Config Config { get; private init; } = Config.Empty;

    /// <summary>In which system.</summary>
    public Scope Scope { get; private init; }

    /// <summary>On which dispatcher.</summary>
    public string Dispatcher { get; private init; } = NoDispatcherGiven;

    /// <summary>With which mailbox.</summary>
    public string Mailbox { get; private init; } = NoMailboxGiven;

    /// <summary>How many messages the actor may stash; -1 means no limit.</summary>
    public int StashCapacity { get; private init; } = NoStashSize;

    /// <summary>Fills what this says nothing about from <paramref name="other"/>.</summary>
    public virtual Deploy WithFallback(Deploy other) => new(this)
    {
        Path = Path.Length == 0 ? other.Path : Path,
        Config = Config.Equals(other.Config) ? Config : Config.SafeWithFallback(other.Config),
        Scope = Scope.WithFallback(other.Scope),
        Dispatcher = Dispatcher == NoDispatcherGiven ? other.Dispatcher : Dispatcher,
        Mailbox = Mailbox == NoMailboxGiven ? other.Mailbox : Mailbox,
        StashCapacity = StashCapacity == NoStashSize ? other.StashCapacity : StashCapacity,
    };

    /// <summary>In another system.</summary>
    public virtual Deploy WithScope(Scope scope) => new(this) { Scope = scope };

    /// <summary>With another mailbox.</summary>
    public virtual Deploy WithMailbox(string mailbox) => new(this) { Mailbox = mailbox };

    /// <summary>On another dispatcher.</summary>
    public virtual Deploy WithDispatcher(string dispatcher) => new(this) { Dispatcher = dispatcher };

    /// <summary>With another limit of the stash.</summary>
    public virtual Deploy WithStashCapacity(int stashSize) => new(this) { StashCapacity = stashSize };

    /// <inheritdoc/>
    public bool Equals(Deploy? other) =>
        other is not null && Path == other.Path && Dispatcher == other.Dispatcher && Mailbox == other.Mailbox &&
        StashCapacity == other.StashCapacity && Scope.Equals(other.Scope);

    /// <inheritdoc/>
    public ISurrogate ToSurrogate(ActorSystem system) => new DeploySurrogate
    {
        Path = Path,
        Config = Config,
        Scope = Scope,
        Dispatcher = Dispatcher,
        Mailbox = Mailbox,
        StashCapacity = StashCapacity,
    };

    /// <summary>What travels instead of a <see cref="Deploy"/>.</summary>
    public class DeploySurrogate : ISurrogate
    {
        /// <summary>See <see cref="Deploy.Path"/>.</summary>
        public string Path { get; set; } = "";

        /// <summary>See <see cref="Deploy.Config"/>.</summary>
        public Config Config { get; set; } = Config.Empty;

        /// <summary>See <see cref="Deploy.Scope"/>.</summary>
        public Scope Scope { get; set; } = NoScopeGiven;

        /// <summary>See <see cref="Deploy.Dispatcher"/>.</summary>
        public string Dispatcher { get; set; } = NoDispatcherGiven;

        /// <summary>See <see cref="Deploy.Mailbox"/>.</summary>
        public string Mailbox { get; set; } = NoMailboxGiven;

        /// <summary>See <see cref="Deploy.StashCapacity"/>.</summary>
        public int StashCapacity { get; set; } = NoStashSize;

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => new Deploy(Path, Scope)
        {
            Config = Config,
            Dispatcher = Dispatcher,
            Mailbox = Mailbox,
            StashCapacity = StashCapacity,
        };
    }
}
