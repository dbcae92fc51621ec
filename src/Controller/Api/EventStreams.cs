using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace Trapline.Controller.Api;

/// <summary>
/// Streams of server-sent events (WHATWG HTML, section 9.2). What is new is asked for at a short interval while somebody follows: so a stream lives
/// through the controller's fail-over, on any node, and costs nothing when nobody looks.
/// </summary>
internal sealed class EventStreams(TimeProvider time, CancellationToken stopping)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>Follows until the client goes or the node ends.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">What is new since the last call, each with its id; empty for nothing.</param>
    /// <param name="type">How it is written.</param>
    public async Task FollowAsync<T>(HttpContext context, Func<CancellationToken, Task<IReadOnlyList<(long Id, T Value)>>> next, JsonTypeInfo<T> type)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var wroteAt = time.GetTimestamp();
        try
        {
            await context.Response.WriteAsync(": here it begins\n\n", either.Token).ConfigureAwait(false);
            for (; ; )
            {
                var news = await NewsAsync(next, either.Token).ConfigureAwait(false);
                foreach (var (id, value) in news)
                    await context.Response.WriteAsync($"id: {id}\ndata: {JsonSerializer.Serialize(value, type)}\n\n", either.Token).ConfigureAwait(false);
                if (news.Count == 0 && time.GetElapsedTime(wroteAt) >= KeepAlive)
                    await context.Response.WriteAsync(": still here\n\n", either.Token).ConfigureAwait(false);
                if (news.Count > 0 || time.GetElapsedTime(wroteAt) >= KeepAlive)
                    wroteAt = time.GetTimestamp();
                await context.Response.Body.FlushAsync(either.Token).ConfigureAwait(false);
                await Task.Delay(Interval, time, either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            // One of the two has gone: the stream just ends.
        }
    }

    /// <summary>While nobody answers, or a VM is between two hosts, there is no news; the stream waits for better times.</summary>
    private static async Task<IReadOnlyList<(long Id, T Value)>> NewsAsync<T>(Func<CancellationToken, Task<IReadOnlyList<(long Id, T Value)>>> next, CancellationToken cancellation)
    {
        try
        {
            return await next(cancellation).ConfigureAwait(false);
        }
        catch (ApiProblem problem) when (problem.MayPass)
        {
            return [];
        }
    }
}
