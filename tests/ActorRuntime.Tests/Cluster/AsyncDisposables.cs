namespace Trapline.ActorRuntime.Tests.Cluster;

/// <summary>Disposes several things at once.</summary>
internal sealed class AsyncDisposables(IEnumerable<IAsyncDisposable> items) : IAsyncDisposable
{
    private readonly IAsyncDisposable[] _items = [.. items];

    public async ValueTask DisposeAsync() => await Task.WhenAll(_items.Select(i => i.DisposeAsync().AsTask()));
}
