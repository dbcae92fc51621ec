// A selection walks the tree as a message: each actor on the way takes one step (AutoReceive), so that names, parents and
// patterns are resolved where the children are known, also in other systems.
using System.Text;
using System.Text.RegularExpressions;

namespace Akka.Actor;

/// <summary>The actors at a path, which may hold <c>..</c>, <c>*</c>, <c>?</c> and <c>**</c>; found anew for each message.</summary>
public class ActorSelection : ICanTell
{
    /// <summary>Selects nothing.</summary>
    public ActorSelection()
    {
        Anchor = Nobody.Instance;
        Path = [];
    }

    /// <summary>Selects the path <paramref name="path"/>, seen from <paramref name="anchor"/>.</summary>
    public ActorSelection(IActorRef anchor, SelectionPathElement[] path)
    {
        Anchor = anchor;
        Path = path;
    }

    /// <summary>Selects the path <paramref name="path"/>, seen from <paramref name="anchor"/>.</summary>
    public ActorSelection(IActorRef anchor, string path)
        : this(anchor, string.IsNullOrEmpty(path) ? [] : path.Split('/'))
    {
    }

    /// <summary>Selects the path made of <paramref name="elements"/>, seen from <paramref name="anchor"/>.</summary>
    public ActorSelection(IActorRef anchor, IEnumerable<string> elements)
    {
        Anchor = anchor;
        Path = elements.Where(e => e.Length > 0).Select(Parse).ToArray();
        for (var i = 0; i < Path.Length - 1; i++)
        {
            if (Path[i] is SelectChildRecursive)
                throw new IllegalActorNameException("Double wildcard can only appear at the last path entry");
        }
    }

    /// <summary>Where the path begins.</summary>
    public IActorRef Anchor { get; private set; }

    /// <summary>The steps.</summary>
    public SelectionPathElement[] Path { get; private set; }

    /// <summary>The steps, as text.</summary>
    public string PathString => "/" + string.Join('/', Path.Select(e => e.ToString()));

    /// <summary>Sends a message to all actors that are selected now.</summary>
    public void Tell(object message, IActorRef? sender = null)
    {
        if (message is null)
            throw new InvalidMessageException("Message is null.");
        Deliver((IInternalActorRef)Anchor, sender ?? ActorCell.Current?.Self, new ActorSelectionMessage(message, Path));
    }

    /// <summary>The one actor that is selected.</summary>
    /// <exception cref="ActorNotFoundException">There was no answer in time, or there is no such actor.</exception>
    public Task<IActorRef> ResolveOne(TimeSpan timeout) => ResolveOne(timeout, CancellationToken.None);

    /// <summary>The one actor that is selected.</summary>
    /// <exception cref="ActorNotFoundException">There was no answer in time, or there is no such actor.</exception>
    public async Task<IActorRef> ResolveOne(TimeSpan timeout, CancellationToken ct)
    {
        try
        {
            var identity = await this.Ask<ActorIdentity>(new Identify(null!), timeout, ct).ConfigureAwait(false);
            return identity.Subject ?? throw new ActorNotFoundException("subject was null");
        }
        catch (Exception e) when (e is not ActorNotFoundException)
        {
            throw new ActorNotFoundException("Exception occurred while resolving ActorSelection", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var builder = new StringBuilder("ActorSelection[Anchor(").Append(Anchor.Path);
        if (Anchor.Path.Uid != ActorCell.UndefinedUid)
            builder.Append('#').Append(Anchor.Path.Uid);
        return builder.Append("), Path(").Append(PathString).Append(")]").ToString();
    }

    /// <summary>Same anchor, same steps.</summary>
    protected bool Equals(ActorSelection other) => Equals(Anchor, other.Anchor) && PathString == other.PathString;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ActorSelection other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Anchor, PathString);

    /// <summary>Takes as many steps as this process can, and hands the message over.</summary>
    internal static void Deliver(IInternalActorRef anchor, IActorRef? sender, ActorSelectionMessage selection)
    {
        var elements = selection.Elements;
        if (elements.Length == 0)
        {
            anchor.Tell(selection.Message, sender);
            return;
        }

        var current = anchor;
        for (var i = 0; i < elements.Length; i++)
        {
            if (current is not ActorRefWithCell withCell)
            {
                // Not an actor of this process, or none at all: whoever is behind the reference goes on with what is left.
                current.Tell(new ActorSelectionMessage(selection.Message, elements[i..], selection.WildCardFanOut), sender);
                return;
            }

            var last = i == elements.Length - 1;
            switch (elements[i])
            {
                case SelectParent:
                    current = current.Parent;
                    break;
                case SelectChildName name:
                    var child = withCell.GetSingleChild(name.Name);
                    if (child.IsNobody())
                    {
                        if (!selection.WildCardFanOut)
                            NotFound(current, elements, i).Tell(selection, sender);
                        return;
                    }

                    current = child;
                    break;
                case SelectChildPattern pattern:
                    var matching = withCell.Children.Where(c => pattern.Matches(c.Path.Name)).ToList();
                    FanOut(current, matching, elements, i, last, sender, selection);
                    return;
                case SelectChildRecursive:
                    Recursive(withCell, sender, selection);
                    return;
            }

            if (last)
                current.Tell(selection.Message, sender);
        }
    }

    private static void FanOut(
        IInternalActorRef from, List<IActorRef> matching, SelectionPathElement[] elements, int step, bool last, IActorRef? sender, ActorSelectionMessage selection)
    {
        if (matching.Count == 0 && !selection.WildCardFanOut)
        {
            NotFound(from, elements, step).Tell(selection, sender);
            return;
        }

        foreach (var child in matching)
        {
            if (last)
                child.Tell(selection.Message, sender);
            else
                Deliver((IInternalActorRef)child, sender, new ActorSelectionMessage(selection.Message, elements[(step + 1)..], matching.Count > 1 || selection.WildCardFanOut));
        }
    }

    private static void Recursive(ActorRefWithCell from, IActorRef? sender, ActorSelectionMessage selection)
    {
        foreach (var child in from.Children)
        {
            child.Tell(selection.Message, sender);
            if (child is ActorRefWithCell deeper)
                Recursive(deeper, sender, selection);
        }
    }

    private static EmptyLocalActorRef NotFound(IInternalActorRef from, SelectionPathElement[] elements, int step)
    {
        var path = from.Path / elements[step..].Select(e => e.ToString()!);
        return new EmptyLocalActorRef(from.Provider, path, ((LocalActorRef)from).Cell.SystemImpl.EventStream);
    }

    private static SelectionPathElement Parse(string element)
    {
        if (element == "..")
            return SelectParent.Instance;
        if (element == "**")
            return SelectChildRecursive.Instance;
        return element.Contains('?', StringComparison.Ordinal) || element.Contains('*', StringComparison.Ordinal)
            ? new SelectChildPattern(element)
            : new SelectChildName(element);
    }
}

/// <summary>A message on its way through a selection.</summary>
public class ActorSelectionMessage : IAutoReceivedMessage, IPossiblyHarmful, IWrappedMessage
{
    /// <summary>Wraps <paramref name="message"/> with the steps that are left.</summary>
    public ActorSelectionMessage(object message, SelectionPathElement[] elements, bool wildCardFanOut = false)
    {
        Message = message;
        Elements = elements;
        WildCardFanOut = wildCardFanOut;
    }

    /// <inheritdoc/>
    public object Message { get; }

    /// <summary>The steps that are left.</summary>
    public SelectionPathElement[] Elements { get; }

    /// <summary>Whether a pattern has selected several actors, so that one that is missing is not worth a word.</summary>
    public bool WildCardFanOut { get; }

    /// <summary>The same with something changed.</summary>
    public ActorSelectionMessage Copy(object? message = null, SelectionPathElement[]? elements = null, bool? wildCardFanOut = null) =>
        new(message ?? Message, elements ?? Elements, wildCardFanOut ?? WildCardFanOut);

    /// <inheritdoc/>
    public override string ToString() => $"ActorSelectionMessage - Message: {Message} - WildCardFanOut: {WildCardFanOut} - Elements: {string.Join('/', Elements.Select(e => e.ToString()))}";
}

/// <summary>One step of a selection.</summary>
public abstract class SelectionPathElement
{
    /// <summary>For derived steps.</summary>
    protected SelectionPathElement()
    {
    }
}

/// <summary>To the child of that name.</summary>
public class SelectChildName : SelectionPathElement
{
    /// <summary>To the child called <paramref name="name"/>.</summary>
    public SelectChildName(string name) => Name = name;

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>Same name.</summary>
    protected bool Equals(SelectChildName other) => Name == other.Name;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SelectChildName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Name.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Name;
}

/// <summary>To all children whose name fits a pattern of <c>*</c> and <c>?</c>.</summary>
public class SelectChildPattern : SelectionPathElement
{
    private readonly Regex _pattern;

    /// <summary>To the children that fit <paramref name="patternStr"/>.</summary>
    public SelectChildPattern(string patternStr)
    {
        PatternStr = patternStr;
        var expression = Regex.Escape(patternStr).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal);
        _pattern = new Regex($"^{expression}$", RegexOptions.NonBacktracking);
    }

    /// <summary>The pattern.</summary>
    public string PatternStr { get; }

    internal bool Matches(string name) => _pattern.IsMatch(name);

    /// <summary>Same pattern.</summary>
    protected bool Equals(SelectChildPattern other) => PatternStr == other.PatternStr;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SelectChildPattern other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => PatternStr.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => PatternStr;
}

/// <summary>To all descendants.</summary>
public class SelectChildRecursive : SelectionPathElement
{
    /// <summary>One is enough.</summary>
    public static readonly SelectChildRecursive Instance = new();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SelectChildRecursive;

    /// <inheritdoc/>
    public override int GetHashCode() => "**".GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => "**";
}

/// <summary>To the parent.</summary>
public class SelectParent : SelectionPathElement
{
    /// <summary>One is enough.</summary>
    public static readonly SelectParent Instance = new();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is SelectParent;

    /// <inheritdoc/>
    public override int GetHashCode() => "..".GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => "..";
}

/// <summary>Makes selections.</summary>
public static class ActorRefFactoryShared
{
    /// <summary>The actors at <paramref name="actorPath"/>.</summary>
    public static ActorSelection ActorSelection(ActorPath actorPath, ActorSystem system) =>
        new(((ExtendedActorSystem)system).Provider.RootGuardianAt(actorPath.Address), actorPath.Elements);

    /// <summary>The actors at <paramref name="path"/>, which is absolute, or relative to <paramref name="lookupRoot"/>.</summary>
    public static ActorSelection ActorSelection(string path, ActorSystem system, IActorRef lookupRoot)
    {
        var provider = ((ExtendedActorSystem)system).Provider;
        if (path.Contains("://", StringComparison.Ordinal))
        {
            return ActorPath.TryParse(path, out var full)
                ? ActorSelection(full!, system)
                : new ActorSelection(provider.DeadLetters, "");
        }

        return path.StartsWith('/')
            ? new ActorSelection(provider.RootGuardian, path.Split('/'))
            : new ActorSelection(lookupRoot, path.Split('/'));
    }

    /// <summary>The actors at <paramref name="path"/>, relative to <paramref name="anchorActorRef"/>.</summary>
    public static ActorSelection ActorSelection(IActorRef anchorActorRef, string path) => new(anchorActorRef, path.Split('/'));
}
