using System.Threading.Channels;
using Serilog.Core;
using Serilog.Events;

namespace Trapline.Shared.Tests.Logging;

/// <summary>Keeps log events for a test that waits for them.</summary>
internal sealed class CollectingSink : ILogEventSink
{
    private readonly Channel<LogEvent> _events = Channel.CreateUnbounded<LogEvent>();

    public void Emit(LogEvent logEvent) => _events.Writer.TryWrite(logEvent);

    /// <summary>The next event whose rendered text has this in it.</summary>
    public async Task<LogEvent> NextAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            var next = await _events.Reader.ReadAsync(limit.Token);
            if (next.RenderMessage(System.Globalization.CultureInfo.InvariantCulture).Contains(text, StringComparison.Ordinal))
                return next;
        }
    }
}
