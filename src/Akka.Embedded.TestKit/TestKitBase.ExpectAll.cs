using Akka.Actor;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next messages, which must be these in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(params T[] messages) =>
        AllOf(RemainingOrDefault, messages, block: true, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The next messages, which must be these in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, params T[] messages) =>
        AllOf(Dilated(max), messages, block: true, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The next messages, which must be these in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(RemainingOrDefault, messages, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next messages, which must be these in any order.</summary>
    public IReadOnlyCollection<T> ExpectMsgAllOf<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        AllOf(Dilated(max), messages, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next messages, which must be these in any order.</summary>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Each(AllOf(RemainingOrDefault, messages, block: false, cancellationToken));

    /// <summary>The next messages, which must be these in any order.</summary>
    public IAsyncEnumerable<T> ExpectMsgAllOfAsync<T>(TimeSpan max, IReadOnlyCollection<T> messages, CancellationToken cancellationToken = default) =>
        Each(AllOf(Dilated(max), messages, block: false, cancellationToken));

    /// <summary>The next messages, each of which must fit another one of the predicates.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(params PredicateInfo[] predicates) =>
        AllFitting(RemainingOrDefault, predicates, block: true, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The next messages, each of which must fit another one of the predicates.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(TimeSpan max, params PredicateInfo[] predicates) =>
        AllFitting(Dilated(max), predicates, block: true, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>The next messages, each of which must fit another one of the predicates.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        AllFitting(RemainingOrDefault, predicates, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next messages, each of which must fit another one of the predicates.</summary>
    public IReadOnlyCollection<object> ExpectMsgAllOfMatchingPredicates(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, CancellationToken cancellationToken) =>
        AllFitting(Dilated(max), predicates, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be one of these.</summary>
    public T ExpectMsgAnyOf<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        AnyOf(messages.ToList(), block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be one of these.</summary>
    public ValueTask<T> ExpectMsgAnyOfAsync<T>(IEnumerable<T> messages, CancellationToken cancellationToken = default) =>
        AnyOf(messages.ToList(), block: false, cancellationToken);

    private async ValueTask<IReadOnlyCollection<T>> AllOf<T>(TimeSpan max, IReadOnlyCollection<T> expected, bool block, CancellationToken cancellationToken)
    {
        var got = await Many(expected.Count, max, block, cancellationToken).ConfigureAwait(false);
        var left = expected.ToList();
        var unexpected = got.Where(message => message is not T typed || !left.Remove(typed)).ToList();
        _assertions.AssertTrue(
            left.Count == 0 && unexpected.Count == 0,
            "not found [{0}], found unexpected [{1}]",
            string.Join(",", left),
            string.Join(",", unexpected));
        return got.Cast<T>().ToList();
    }

    private async ValueTask<IReadOnlyCollection<object>> AllFitting(
        TimeSpan max, IReadOnlyCollection<PredicateInfo> predicates, bool block, CancellationToken cancellationToken)
    {
        var got = await Many(predicates.Count, max, block, cancellationToken).ConfigureAwait(false);
        var left = predicates.ToList();
        var unexpected = new List<object>();
        foreach (var message in got)
        {
            var fitting = left.FindIndex(p => p.Fits(message));
            if (fitting < 0)
                unexpected.Add(message);
            else
                left.RemoveAt(fitting);
        }

        _assertions.AssertTrue(
            left.Count == 0 && unexpected.Count == 0, "not found [{0}], found unexpected [{1}]", string.Join(",", left), string.Join(",", unexpected));
        return got;
    }

    private async ValueTask<T> AnyOf<T>(List<T> expected, bool block, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDefault;
        var (received, envelope) = await TryNext(limit, peek: false, block, cancellationToken).ConfigureAwait(false);
        if (!received)
            _assertions.Fail("Timeout ({0}) while expecting one of [{1}]", limit, string.Join(",", expected));
        _assertions.AssertTrue(envelope.Message is T typed && expected.Contains(typed), "not found any of [{0}] but got [{1}]", string.Join(",", expected), envelope.Message);
        return (T)envelope.Message;
    }
}
