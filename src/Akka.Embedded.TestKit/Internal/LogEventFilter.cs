using System.Text.RegularExpressions;
using Akka.Actor;
using Akka.Event;

namespace Akka.TestKit.Internal;

/// <summary>Chooses log entries, and counts those that it chose.</summary>
internal sealed class LogEventFilter(Predicate<LogEvent> fits)
{
    internal bool Fits(LogEvent logEvent) => fits(logEvent);
}

/// <summary>Filters that belong together; the listener counts the entries that one of them chose.</summary>
internal sealed class FilterGroup(IReadOnlyList<LogEventFilter> filters)
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal int Count { get; private set; }

    internal bool TryTake(LogEvent logEvent)
    {
        if (!filters.Any(f => f.Fits(logEvent)))
            return false;
        lock (_lock)
        {
            Count++;
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.TrySetResult();
        }

        return true;
    }

    /// <summary>Waits until so many entries have been chosen; false if they have not in time.</summary>
    internal async Task<bool> Reaches(int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        var end = TestKitBase.Now + limit;
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                if (Count >= count)
                    return true;
                changed = _changed.Task;
            }

            var left = end - TestKitBase.Now;
            if (left <= TimeSpan.Zero)
                return false;
            try
            {
                await changed.WaitAsync(left, TimeProvider.System, cancellationToken).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                return Count >= count;
            }
        }
    }
}

/// <summary>Puts a group of filters into the listener of a system; goes over the event stream, in order with log entries.</summary>
internal sealed record MuteFilters(FilterGroup Group, TaskCompletionSource Installed) : INoSerializationVerificationNeeded;

/// <summary>Takes a group of filters out again.</summary>
internal sealed record UnmuteFilters(FilterGroup Group) : INoSerializationVerificationNeeded;

/// <summary>Compares the text of entries.</summary>
internal sealed record TextMatch(string? Whole, string? Start, string? Contains, Regex? Pattern)
{
    internal bool Fits(string? text)
    {
        text ??= "";
        if (Pattern is not null)
            return Pattern.IsMatch(text);
        if (Whole is not null)
            return text == Whole;
        if (Start is not null)
            return text.StartsWith(Start, StringComparison.Ordinal);
        return Contains is null || text.Contains(Contains, StringComparison.Ordinal);
    }
}
