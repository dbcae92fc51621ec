using System.Collections;
using Akka.Actor;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message; null if none comes in time. With null as time waits for as long as Within allows.</summary>
    public object ReceiveOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Receive(max, peek: false, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message; null if none comes in time.</summary>
    public ValueTask<object> ReceiveOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Receive(max, peek: false, block: false, cancellationToken);

    /// <summary>Gives the next message; false if none comes in time.</summary>
    public bool TryReceiveOne(out MessageEnvelope envelope, TimeSpan? max = null, CancellationToken cancellationToken = default)
    {
        (var received, envelope) = TryNext(max, peek: false, block: true, cancellationToken).GetAwaiter().GetResult();
        return received;
    }

    /// <summary>Gives the next message; false if none comes in time.</summary>
    public ValueTask<(bool Success, MessageEnvelope Envelope)> TryReceiveOneAsync(TimeSpan? max, CancellationToken cancellationToken = default) =>
        TryNext(max, peek: false, block: false, cancellationToken);

    /// <summary>The next message, left in the queue; null if none comes in time.</summary>
    public object PeekOne(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Receive(max, peek: true, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, left in the queue; null if none comes in time.</summary>
    public object PeekOne(CancellationToken cancellationToken) => PeekOne(null, cancellationToken);

    /// <summary>The next message, left in the queue; null if none comes in time.</summary>
    public ValueTask<object> PeekOneAsync(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        Receive(max, peek: true, block: false, cancellationToken);

    /// <summary>The next message, left in the queue; null if none comes in time.</summary>
    public ValueTask<object> PeekOneAsync(CancellationToken cancellationToken) => PeekOneAsync(null, cancellationToken);

    /// <summary>Gives the next message and leaves it in the queue; false if none comes in time.</summary>
    public bool TryPeekOne(out MessageEnvelope envelope, TimeSpan? max, CancellationToken cancellationToken)
    {
        (var received, envelope) = TryNext(max, peek: true, block: true, cancellationToken).GetAwaiter().GetResult();
        return received;
    }

    /// <summary>Gives the next message and leaves it in the queue; false if none comes in time.</summary>
    public ValueTask<(bool Success, MessageEnvelope Envelope)> TryPeekOneAsync(TimeSpan? max, CancellationToken cancellationToken) =>
        TryNext(max, peek: true, block: false, cancellationToken);

    /// <summary>The next messages, so many.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Many(numberOfMessages, RemainingOrDefault, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next messages, so many.</summary>
    public IReadOnlyCollection<object> ReceiveN(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Many(numberOfMessages, RemainingOrDilated(max), block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next messages, so many.</summary>
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, CancellationToken cancellationToken = default) =>
        Each(Many(numberOfMessages, RemainingOrDefault, block: false, cancellationToken));

    /// <summary>The next messages, so many.</summary>
    public IAsyncEnumerable<object> ReceiveNAsync(int numberOfMessages, TimeSpan max, CancellationToken cancellationToken = default) =>
        Each(Many(numberOfMessages, RemainingOrDilated(max), block: false, cancellationToken));

    /// <summary>Takes messages until <paramref name="filter"/> gives null (that message stays), or the time is over.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        While(max, null, filter, msgs, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages until <paramref name="filter"/> gives null (that message stays), or the time is over, or it has been silent for too long.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        While(max, idle, filter, msgs, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages until <paramref name="filter"/> gives null (that message stays), or the time is over, or it has been silent for too long.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        While(max, idle, filter, msgs, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages of a type as long as <paramref name="shouldContinue"/> is true (the first other one stays), or until the time is over.</summary>
    public IReadOnlyList<T> ReceiveWhile<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        WhileTyped(shouldContinue, max, idle, msgs, shouldIgnoreOtherMessageTypes, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>As <see cref="ReceiveWhile{T}(TimeSpan?, Func{object, T}, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Each(While(max, null, filter, msgs, block: false, cancellationToken));

    /// <summary>As <see cref="ReceiveWhile{T}(TimeSpan?, TimeSpan?, Func{object, T}, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Each(While(max, idle, filter, msgs, block: false, cancellationToken));

    /// <summary>As <see cref="ReceiveWhile{T}(Func{object, T}, TimeSpan?, TimeSpan?, int, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(Func<object, T?> filter, TimeSpan? max = null, TimeSpan? idle = null, int msgs = int.MaxValue, CancellationToken cancellationToken = default) =>
        Each(While(max, idle, filter, msgs, block: false, cancellationToken));

    /// <summary>As <see cref="ReceiveWhile{T}(Predicate{T}, TimeSpan?, TimeSpan?, int, bool, CancellationToken)"/>.</summary>
    public IAsyncEnumerable<T> ReceiveWhileAsync<T>(
        Predicate<T> shouldContinue,
        TimeSpan? max = null,
        TimeSpan? idle = null,
        int msgs = int.MaxValue,
        bool shouldIgnoreOtherMessageTypes = true,
        CancellationToken cancellationToken = default) =>
        Each(WhileTyped(shouldContinue, max, idle, msgs, shouldIgnoreOtherMessageTypes, block: false, cancellationToken));

    /// <summary>Takes messages until one fits; gives that one.</summary>
    public object FishForMessage(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages until one of the type fits; gives that one.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages until one of the type fits; gives that one, and the others in <paramref name="allMessages"/>.</summary>
    public T FishForMessage<T>(Predicate<T> isMessage, ArrayList allMessages, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, allMessages, max, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>Takes messages until one fits; gives that one.</summary>
    public ValueTask<object> FishForMessageAsync(Predicate<object> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, block: false, cancellationToken);

    /// <summary>Takes messages until one of the type fits; gives that one.</summary>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, null, max, hint, block: false, cancellationToken);

    /// <summary>Takes messages until one of the type fits; gives that one, and the others in <paramref name="allMessages"/>.</summary>
    public ValueTask<T> FishForMessageAsync<T>(Predicate<T> isMessage, ArrayList allMessages, TimeSpan? max = null, string hint = "", CancellationToken cancellationToken = default) =>
        Fish(isMessage, allMessages, max, hint, block: false, cancellationToken);

    /// <summary>Takes messages until one of the type has come.</summary>
    public async Task FishUntilMessageAsync<T>(TimeSpan? max = null, CancellationToken cancellationToken = default) =>
        await Fish<T>(static _ => true, null, max, "", block: false, cancellationToken).ConfigureAwait(false);

    /// <summary>Takes messages until there have been none for a while; gives them.</summary>
    public async Task<ArrayList> WaitForRadioSilenceAsync(TimeSpan? max = null, uint? maxMessages = null, CancellationToken cancellationToken = default)
    {
        var all = new ArrayList();
        for (uint i = 0; ; i++)
        {
            var (received, envelope) = await TryNext(max ?? RemainingOrDefault, peek: false, block: false, cancellationToken).ConfigureAwait(false);
            if (!received)
                return all;
            if (maxMessages is { } limit && i + 1 >= limit)
                _assertions.Fail("{0} violated (max: {1})", nameof(maxMessages), limit);
            all.Add(envelope.Message);
        }
    }

    private async ValueTask<object> Receive(TimeSpan? max, bool peek, bool block, CancellationToken cancellationToken)
    {
        var (received, envelope) = await TryNext(max, peek, block, cancellationToken).ConfigureAwait(false);
        return received ? envelope.Message : null!;
    }

    private async ValueTask<(bool Success, MessageEnvelope Envelope)> TryNext(TimeSpan? max, bool peek, bool block, CancellationToken cancellationToken)
    {
        var limit = max is { } given
            ? given == Timeout.InfiniteTimeSpan ? given : RemainingOr(given)
            : RemainingOrDefault;
        var next = await _queue.NextAsync(limit, peek, block, cancellationToken).ConfigureAwait(false);
        if (peek)
            return next is null ? (false, NullMessageEnvelope.Instance) : (true, next);
        _lastWasNoMsg = false;
        _last = next ?? NullMessageEnvelope.Instance;
        return (next is not null, _last);
    }

    private async ValueTask<IReadOnlyCollection<object>> Many(int count, TimeSpan max, bool block, CancellationToken cancellationToken)
    {
        var end = Now + max;
        var messages = new List<object>();
        while (messages.Count < count)
        {
            var (received, envelope) = await TryNext(end - Now, peek: false, block, cancellationToken).ConfigureAwait(false);
            if (!received)
                _assertions.Fail("Timeout ({0}) while expecting {1} messages. Only got {2} after {3}.", max, count, messages.Count, max - (end - Now));
            messages.Add(envelope.Message);
        }

        return messages;
    }

    private async ValueTask<IReadOnlyList<T>> While<T>(
        TimeSpan? max, TimeSpan? idle, Func<object, T?> filter, int msgs, bool block, CancellationToken cancellationToken)
    {
        var stop = Now + RemainingOrDilated(max);
        var silence = idle ?? Timeout.InfiniteTimeSpan;
        var taken = new List<T>();
        var last = NullMessageEnvelope.Instance as MessageEnvelope;
        while (taken.Count < msgs)
        {
            var left = stop - Now;
            var wait = silence == Timeout.InfiniteTimeSpan || left < silence ? left : silence;
            var next = await _queue.NextAsync(wait, peek: true, block, cancellationToken).ConfigureAwait(false);
            if (next is null || filter(next.Message) is not { } result)
                break;
            last = await _queue.NextAsync(TimeSpan.Zero, peek: false, block, cancellationToken).ConfigureAwait(false) ?? last;
            taken.Add(result);
        }

        _last = last;
        _lastWasNoMsg = true;
        return taken;
    }

    private async ValueTask<IReadOnlyList<T>> WhileTyped<T>(
        Predicate<T> shouldContinue, TimeSpan? max, TimeSpan? idle, int msgs, bool ignoreOthers, bool block, CancellationToken cancellationToken)
    {
        var all = await While(
            max,
            idle,
            object? (message) => message is T typed ? (shouldContinue(typed) ? message : null) : ignoreOthers ? message : null,
            msgs,
            block,
            cancellationToken).ConfigureAwait(false);
        return all.OfType<T>().ToList();
    }

    private async ValueTask<T> Fish<T>(
        Predicate<T> isMessage, ArrayList? others, TimeSpan? max, string hint, bool block, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(max);
        var end = Now + limit;
        while (true)
        {
            var (received, envelope) = await TryNext(end - Now, peek: false, block, cancellationToken).ConfigureAwait(false);
            if (!received)
                _assertions.Fail("Timeout ({0}) during FishForMessage{1}", limit, string.IsNullOrEmpty(hint) ? "" : ", hint: " + hint);
            if (envelope.Message is T typed && isMessage(typed))
                return typed;
            others?.Add(envelope.Message);
        }
    }

    private static async IAsyncEnumerable<T> Each<T>(ValueTask<IReadOnlyCollection<T>> items)
    {
        foreach (var item in await items.ConfigureAwait(false))
            yield return item;
    }

    private static async IAsyncEnumerable<T> Each<T>(ValueTask<IReadOnlyList<T>> items)
    {
        foreach (var item in await items.ConfigureAwait(false))
            yield return item;
    }
}
