// Subscriptions are kept in an immutable table that Subscribe replaces and Publish reads without a lock. For each class of
// events that has been published the subscribers are looked up once and remembered until the table changes.
using System.Collections.Concurrent;
using System.Collections.Immutable;
using Akka.Actor;

#pragma warning disable CS8714 // The API gives the classifier no constraint; a null classifier is a bug of the caller.

namespace Akka.Event;

/// <summary>Hands events to those who subscribed to their class, or to a class above it.</summary>
/// <typeparam name="TEvent">What is published.</typeparam>
/// <typeparam name="TClassifier">What is subscribed to.</typeparam>
/// <typeparam name="TSubscriber">Who gets it.</typeparam>
public abstract class EventBus<TEvent, TClassifier, TSubscriber>
{
    private readonly Lock _writing = new();
    private volatile Table _table = new([]);

    /// <summary>For derived buses.</summary>
    protected EventBus()
    {
    }

    /// <summary>Adds a subscription; false if it is covered already.</summary>
    public virtual bool Subscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_writing)
        {
            var rows = _table.Rows;
            var covering = rows.FindIndex(r => Equals(r.Subscriber, subscriber) && IsSubClassification(r.Classifier, classifier));
            if (covering >= 0)
            {
                var row = rows[covering];
                var left = row.Except.RemoveAll(e => IsSubClassification(classifier, e));
                if (left.Count == row.Except.Count)
                    return false;
                _table = new Table(rows.SetItem(covering, row with { Except = left }));
                return true;
            }

            // A wider subscription takes the place of narrower ones, so that nobody gets an event twice.
            var kept = rows.RemoveAll(r => Equals(r.Subscriber, subscriber) && IsSubClassification(classifier, r.Classifier));
            _table = new Table(kept.Add(new Row(classifier, subscriber, [])));
            return true;
        }
    }

    /// <summary>Ends all subscriptions of <paramref name="subscriber"/>; false if there was none.</summary>
    public virtual bool Unsubscribe(TSubscriber subscriber)
    {
        lock (_writing)
            return Replace(_table.Rows.RemoveAll(r => Equals(r.Subscriber, subscriber)));
    }

    /// <summary>Ends the subscription to <paramref name="classifier"/> and what is below it; false if there was none.</summary>
    public virtual bool Unsubscribe(TSubscriber subscriber, TClassifier classifier)
    {
        lock (_writing)
        {
            var rows = _table.Rows.RemoveAll(r => Equals(r.Subscriber, subscriber) && IsSubClassification(classifier, r.Classifier));
            for (var i = 0; i < rows.Count; i++)
            {
                // A wider subscription stays, without this part of it.
                var row = rows[i];
                if (Equals(row.Subscriber, subscriber) && IsSubClassification(row.Classifier, classifier) && !row.Excludes(classifier, this))
                    rows = rows.SetItem(i, row with { Except = row.Except.Add(classifier) });
            }

            return Replace(rows);
        }
    }

    /// <summary>Hands <paramref name="event"/> to all who subscribed to its class.</summary>
    public virtual void Publish(TEvent @event)
    {
        var table = _table;
        var classifier = GetClassifier(@event);
        if (!table.Known.TryGetValue(classifier, out var subscribers))
        {
            subscribers = table.Rows.Where(r => Classify(@event, r.Classifier) && !r.Excludes(classifier, this)).Select(r => r.Subscriber).Distinct().ToArray();
            table.Known[classifier] = subscribers;
        }

        foreach (var subscriber in subscribers)
            Publish(@event, subscriber);
    }

    /// <summary>Whether <paramref name="child"/> is, or is below, <paramref name="parent"/>.</summary>
    protected abstract bool IsSubClassification(TClassifier parent, TClassifier child);

    /// <summary>Hands <paramref name="event"/> to one subscriber.</summary>
    protected abstract void Publish(TEvent @event, TSubscriber subscriber);

    /// <summary>Whether <paramref name="event"/> belongs to <paramref name="classifier"/>.</summary>
    protected abstract bool Classify(TEvent @event, TClassifier classifier);

    /// <summary>The class of <paramref name="event"/>.</summary>
    protected abstract TClassifier GetClassifier(TEvent @event);

    /// <summary>The short name of an object's class.</summary>
    protected string SimpleName(object source) => SimpleName(source.GetType());

    /// <summary>The short name of a class.</summary>
    protected string SimpleName(Type source) => source.Name;

    private bool Replace(ImmutableList<Row> rows)
    {
        if (ReferenceEquals(rows, _table.Rows))
            return false;
        _table = new Table(rows);
        return true;
    }

    private sealed record Row(TClassifier Classifier, TSubscriber Subscriber, ImmutableList<TClassifier> Except)
    {
        internal bool Excludes(TClassifier classifier, EventBus<TEvent, TClassifier, TSubscriber> bus) =>
            Except.Count > 0 && Except.Exists(e => bus.IsSubClassification(e, classifier));
    }

    private sealed class Table(ImmutableList<Row> rows)
    {
        internal ImmutableList<Row> Rows { get; } = rows;

        internal ConcurrentDictionary<TClassifier, TSubscriber[]> Known { get; } = new();
    }
}

/// <summary>An event bus whose subscribers are actors.</summary>
/// <typeparam name="TEvent">What is published.</typeparam>
/// <typeparam name="TClassifier">What is subscribed to.</typeparam>
public abstract class ActorEventBus<TEvent, TClassifier> : EventBus<TEvent, TClassifier, IActorRef>
{
    /// <summary>For derived buses.</summary>
    protected ActorEventBus()
    {
    }
}
