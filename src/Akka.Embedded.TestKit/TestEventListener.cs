using Akka.Event;
using Akka.TestKit.Internal;

namespace Akka.TestKit;

/// <summary>The logger of tests: keeps entries out of the log that a test expects, and logs dead letters as warnings.</summary>
public class TestEventListener : DefaultLogger
{
    private readonly List<FilterGroup> _groups = [];

    /// <inheritdoc/>
    protected override bool Receive(object message)
    {
        switch (message)
        {
            case InitializeLogger initialize:
                foreach (var type in new[] { typeof(MuteFilters), typeof(UnmuteFilters), typeof(DeadLetter), typeof(UnhandledMessage) })
                    initialize.LoggingBus.Subscribe(Context.Self, type);
                return base.Receive(message);
            case MuteFilters mute:
                _groups.Add(mute.Group);
                mute.Installed.TrySetResult();
                return true;
            case UnmuteFilters unmute:
                _groups.Remove(unmute.Group);
                return true;
            case LogEvent logEvent:
                if (!IsMuted(logEvent))
                    Print(logEvent);
                return true;
            case DeadLetter letter:
                // An entry for filters to choose; the dead letter listener logs it for people.
                IsMuted(new Warning(letter.Recipient.Path.ToString(), letter.Recipient.GetType(), letter));
                return true;
            case UnhandledMessage unhandled:
                IsMuted(new Warning(unhandled.Recipient.Path.ToString(), unhandled.Recipient.GetType(), $"Unhandled message from {unhandled.Sender}: {unhandled.Message}"));
                return true;
            default:
                return false;
        }
    }

    private bool IsMuted(LogEvent logEvent)
    {
        foreach (var group in _groups)
        {
            if (group.TryTake(logEvent))
                return true;
        }

        return false;
    }
}
