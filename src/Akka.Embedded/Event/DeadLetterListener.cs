using Akka.Actor;

namespace Akka.Event;

/// <summary>
/// Logs dead letters at info level: as many as <c>akka.log-dead-letters</c> says, then none for
/// <c>akka.log-dead-letters-suspend-duration</c>, then again.
/// </summary>
internal sealed class DeadLetterListener : ActorBase
{
    private int _max;
    private int _count;
    private TimeSpan _silentUntil;

    protected override void PreStart()
    {
        _max = Context.System.Settings.LogDeadLetters;
        Context.System.EventStream.Subscribe(Self, typeof(DeadLetter));
        Context.System.EventStream.Subscribe(Self, typeof(Dropped));
        Context.System.EventStream.Subscribe(Self, typeof(UnhandledMessage));
    }

    protected override void PostRestart(Exception reason)
    {
    }

    protected override void PreRestart(Exception reason, object? message)
    {
    }

    protected override void PostStop() => Context.System.EventStream.Unsubscribe(Self);

    protected override bool Receive(object message)
    {
        if (message is not AllDeadLetters letter)
            return false;
        var now = Context.System.Scheduler.MonotonicClock;
        if (letter.Message is IDeadLetterSuppression || now < _silentUntil)
            return true;
        _count++;
        var pause = Context.System.Settings.LogDeadLettersSuspendDuration;
        var last = _max != int.MaxValue && _count >= _max;
        if (last && pause == Timeout.InfiniteTimeSpan)
        {
            Write(letter, ", no more dead letters will be logged");
            Context.Stop(Self);
            return true;
        }

        Write(letter, last ? $", no more dead letters will be logged in the next [{pause}]" : "");
        if (last)
        {
            _silentUntil = now + pause;
            _count = 0;
        }

        return true;
    }

    private void Write(AllDeadLetters letter, string tail)
    {
        var origin = letter.Sender is null || ReferenceEquals(letter.Sender, Context.System.DeadLetters) ? "without sender" : $"from {letter.Sender}";
        var text = letter switch
        {
            Dropped dropped => $"Message [{Kind(letter)}] {origin} to {letter.Recipient} was dropped. {dropped.Reason}. [{_count}] dead letters encountered{tail}.",
            UnhandledMessage => $"Message [{Kind(letter)}] {origin} to {letter.Recipient} was unhandled. [{_count}] dead letters encountered{tail}.",
            _ => $"Message [{Kind(letter)}] {origin} to {letter.Recipient} was not delivered. [{_count}] dead letters encountered{tail}.",
        };
        var hint = " This logging can be turned off or adjusted with configuration settings 'akka.log-dead-letters' and 'akka.log-dead-letters-during-shutdown'.";
        var recipient = letter.Recipient;
        Context.System.EventStream.Publish(new Info(recipient.Path.ToString(), recipient.GetType(), text + hint));
    }

    private static string Kind(AllDeadLetters letter) => letter.Message is IWrappedMessage wrapped
        ? $"{letter.Message.GetType().Name}/{wrapped.Message.GetType().Name}"
        : letter.Message.GetType().Name;
}
