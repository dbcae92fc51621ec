using Trapline.Cli.Client;
using Trapline.Shared.Api;

namespace Trapline.Cli.Demo;

/// <summary>Follows the cluster's events, shows those that matter as they come, and lets the story wait for one.</summary>
internal sealed class EventFeed : IAsyncDisposable
{
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _gate = new();
    private readonly List<EventView> _events = [];
    private readonly DemoOutput _output;
    private readonly Task _following;
    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset? _shownSince;

    /// <summary>Begins to follow.</summary>
    public EventFeed(ApiClient api, DemoOutput output)
    {
        _output = output;
        _following = Task.Run(() => FollowAsync(api));
    }

    /// <summary>Shows events from now on, each with the time since then.</summary>
    public void Show(DateTimeOffset since)
    {
        lock (_gate)
            _shownSince = since;
    }

    /// <summary>Shows no more.</summary>
    public void Hide()
    {
        lock (_gate)
            _shownSince = null;
    }

    /// <summary>Waits for the first event of which something is true.</summary>
    public async Task<EventView> UntilAsync(Func<EventView, bool> isIt, CancellationToken cancellation)
    {
        var seen = 0;
        for (; ; )
        {
            Task arrived;
            lock (_gate)
            {
                for (; seen < _events.Count; seen++)
                {
                    if (isIt(_events[seen]))
                        return _events[seen];
                }

                arrived = _arrived.Task;
            }

            await arrived.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _following.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task FollowAsync(ApiClient api)
    {
        try
        {
            await foreach (var e in api.FollowAsync("/v1/events?follow=true", ApiJson.Default.EventView, _end.Token).ConfigureAwait(false))
                Add(e);
        }
        catch (Exception e) when (e is OperationCanceledException or CliException or IOException)
        {
            // The story is over, or says by itself what it misses.
        }
    }

    private void Add(EventView e)
    {
        lock (_gate)
        {
            _events.Add(e);
            if (_shownSince is { } since && e.At >= since)
                _output.Happened(e, e.At - since);
            _arrived.SetResult();
            _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
