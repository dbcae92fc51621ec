using Akka.Actor;

namespace Akka.TestKit;

public abstract partial class TestKitBase
{
    /// <summary>The next message, which must be of that type.</summary>
    public T ExpectMsg<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, null, null, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must equal <paramref name="message"/>.</summary>
    public T ExpectMsg<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, IsEqual(message, hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, for which <paramref name="isMessage"/> must be true.</summary>
    public T ExpectMsg<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, Fits<T>((m, _) => isMessage(m), hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, for which <paramref name="isMessageAndSender"/> must be true.</summary>
    public T ExpectMsg<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, Fits(isMessageAndSender, hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be of that type and pass <paramref name="assert"/>.</summary>
    public T ExpectMsg<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, (m, _) => assert(m), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be of that type and pass <paramref name="assertMessageAndSender"/>.</summary>
    public T ExpectMsg<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, null, assertMessageAndSender, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which <paramref name="comparer"/> must find equal to <paramref name="expected"/>.</summary>
    public T ExpectMsg<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, (m, _) => _assertions.AssertEqual(expected, m, comparer, Hint(hint)), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be of that type.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, null, null, hint, block: false, cancellationToken);

    /// <summary>The next message, which must equal <paramref name="message"/>.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, IsEqual(message, hint), hint, block: false, cancellationToken);

    /// <summary>The next message, for which <paramref name="isMessage"/> must be true.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, Fits<T>((m, _) => isMessage(m), hint), hint, block: false, cancellationToken);

    /// <summary>The next message, for which <paramref name="isMessageAndSender"/> must be true.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Func<T, IActorRef, bool> isMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, Fits(isMessageAndSender, hint), hint, block: false, cancellationToken);

    /// <summary>The next message, which must be of that type and pass <paramref name="assert"/>.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T> assert, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, (m, _) => assert(m), hint, block: false, cancellationToken);

    /// <summary>The next message, which must be of that type and pass <paramref name="assertMessageAndSender"/>.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(Action<T, IActorRef> assertMessageAndSender, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect(timeout, null, assertMessageAndSender, hint, block: false, cancellationToken);

    /// <summary>The next message, which <paramref name="comparer"/> must find equal to <paramref name="expected"/>.</summary>
    public ValueTask<T> ExpectMsgAsync<T>(T expected, Func<T, T, bool> comparer, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, null, (m, _) => _assertions.AssertEqual(expected, m, comparer, Hint(hint)), hint, block: false, cancellationToken);

    /// <summary>The next message, which must be of that type and come from <paramref name="sender"/>.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, IsFrom(sender, hint), null, hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must equal <paramref name="message"/> and come from <paramref name="sender"/>.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), IsEqual(message, hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, for which <paramref name="isMessage"/> must be true and which must come from <paramref name="sender"/>.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), Fits<T>((m, _) => isMessage(m), hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, for which both predicates must be true.</summary>
    public T ExpectMsgFrom<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(isSender, hint), Fits<T>((m, _) => isMessage(m), hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must pass <paramref name="assertMessage"/> and come from <paramref name="sender"/>.</summary>
    public T ExpectMsgFrom<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), (m, _) => assertMessage(m), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must pass both assertions.</summary>
    public T ExpectMsgFrom<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, assertSender, (m, _) => assertMessage(m), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be of that type and come from <paramref name="sender"/>.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, TimeSpan? duration = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(duration, IsFrom(sender, hint), null, hint, block: false, cancellationToken);

    /// <summary>The next message, which must equal <paramref name="message"/> and come from <paramref name="sender"/>.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, T message, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), IsEqual(message, hint), hint, block: false, cancellationToken);

    /// <summary>The next message, for which <paramref name="isMessage"/> must be true and which must come from <paramref name="sender"/>.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), Fits<T>((m, _) => isMessage(m), hint), hint, block: false, cancellationToken);

    /// <summary>The next message, for which both predicates must be true.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(Predicate<IActorRef> isSender, Predicate<T> isMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(isSender, hint), Fits<T>((m, _) => isMessage(m), hint), hint, block: false, cancellationToken);

    /// <summary>The next message, which must pass <paramref name="assertMessage"/> and come from <paramref name="sender"/>.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(IActorRef sender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, IsFrom(sender, hint), (m, _) => assertMessage(m), hint, block: false, cancellationToken);

    /// <summary>The next message, which must pass both assertions.</summary>
    public ValueTask<T> ExpectMsgFromAsync<T>(Action<IActorRef> assertSender, Action<T> assertMessage, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<T>(timeout, assertSender, (m, _) => assertMessage(m), hint, block: false, cancellationToken);

    /// <summary>The next message, which must be the Terminated of <paramref name="target"/>, which the test actor watches.</summary>
    public Terminated ExpectTerminated(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>(timeout, null, IsEndOf(target, hint), hint, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>The next message, which must be the Terminated of <paramref name="target"/>, which the test actor watches.</summary>
    public ValueTask<Terminated> ExpectTerminatedAsync(IActorRef target, TimeSpan? timeout = null, string? hint = null, CancellationToken cancellationToken = default) =>
        Expect<Terminated>(timeout, null, IsEndOf(target, hint), hint, block: false, cancellationToken);

    /// <summary>No message may come for as long as Within allows.</summary>
    public void ExpectNoMsg(CancellationToken cancellationToken = default) =>
        ExpectNone(RemainingOrDefault, block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>No message may come for that long.</summary>
    public void ExpectNoMsg(TimeSpan duration, CancellationToken cancellationToken = default) =>
        ExpectNone(Dilated(duration), block: true, cancellationToken).GetAwaiter().GetResult();

    /// <summary>No message may come for that long.</summary>
    public void ExpectNoMsg(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsg(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    /// <summary>No message may come for as long as Within allows.</summary>
    public ValueTask ExpectNoMsgAsync(CancellationToken cancellationToken = default) => ExpectNone(RemainingOrDefault, block: false, cancellationToken);

    /// <summary>No message may come for that long.</summary>
    public ValueTask ExpectNoMsgAsync(TimeSpan duration, CancellationToken cancellationToken = default) => ExpectNone(Dilated(duration), block: false, cancellationToken);

    /// <summary>No message may come for that long.</summary>
    public ValueTask ExpectNoMsgAsync(int milliseconds, CancellationToken cancellationToken = default) =>
        ExpectNoMsgAsync(TimeSpan.FromMilliseconds(milliseconds), cancellationToken);

    private async ValueTask<T> Expect<T>(
        TimeSpan? timeout, Action<IActorRef>? sender, Action<T, IActorRef>? message, string? hint, bool block, CancellationToken cancellationToken)
    {
        var limit = RemainingOrDilated(timeout);
        var (received, envelope) = await TryNext(limit, peek: false, block, cancellationToken).ConfigureAwait(false);
        if (!received)
            _assertions.Fail("Timeout {0} while waiting for a message of type {1} {2}", limit, typeof(T), Hint(hint));
        sender?.Invoke(envelope.Sender);
        if (envelope.Message is not T typed)
        {
            _assertions.Fail(
                "Expected a message of type {0}, but received {{{1}}} (type {2}) instead {3} from {4}", typeof(T), envelope.Message, envelope.Message.GetType(), Hint(hint), envelope.Sender);
            return default!;
        }

        message?.Invoke(typed, envelope.Sender);
        return typed;
    }

    private async ValueTask ExpectNone(TimeSpan limit, bool block, CancellationToken cancellationToken)
    {
        var (received, envelope) = await TryNext(limit, peek: false, block, cancellationToken).ConfigureAwait(false);
        _lastWasNoMsg = true;
        if (received)
            _assertions.Fail("Received a message during {0} when none was expected: {1} from {2}", limit, envelope.Message, envelope.Sender);
    }

    private Action<T, IActorRef> IsEqual<T>(T expected, string? hint) => (message, _) => _assertions.AssertEqual(expected, message, Hint(hint));

    private Action<T, IActorRef> Fits<T>(Func<T, IActorRef, bool> fits, string? hint) => (message, sender) =>
        _assertions.AssertTrue(fits(message, sender), "Got a message of the expected type <{2}> from {4}. Also expected {0} but the message {{{1}}} of type <{3}> did not match",
            string.IsNullOrEmpty(hint) ? "the predicate to return true" : hint, message!, typeof(T), message!.GetType(), sender);

    private Action<IActorRef> IsFrom(IActorRef expected, string? hint) => sender =>
        _assertions.AssertEqual(expected, sender, "Sender does not match. Got a message from sender {0}. But expected {1} {2}", sender, expected, Hint(hint));

    private Action<IActorRef> IsFrom(Predicate<IActorRef> fits, string? hint) => sender =>
        _assertions.AssertTrue(fits(sender), "The predicate did not return true for the sender {0} {1}", sender, Hint(hint));

    private Action<Terminated, IActorRef> IsEndOf(IActorRef target, string? hint) => (terminated, _) =>
        _assertions.AssertEqual(target, terminated.ActorRef, "Terminated of another actor {0}", Hint(hint));

    private static string Hint(string? hint) => string.IsNullOrEmpty(hint) ? "" : $"[Hint: {hint}]";
}
