using System.Net;
using Akka.Actor;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Trapline.Shared.Api;

namespace Trapline.Controller.Api;

/// <summary>Where the API is served, and from which data root.</summary>
/// <param name="Endpoint">Address and port.</param>
/// <param name="Data">The data root: its token opens the API, its images are those that VMs may boot from.</param>
/// <param name="FaultInjection">Whether the network between nodes may be cut on request.</param>
public sealed record ApiSettings(IPEndPoint Endpoint, string Data, bool FaultInjection = false);

/// <summary>
/// The HTTP API of one controller node, on Kestrel. It holds no state: every answer comes from the controller through the gate, whichever node has
/// the singleton, or from a host. One table of routes (<see cref="ApiRoutes"/>) is both what is served and what the OpenAPI document says.
/// <code>
///   request ──► ProblemDetails ──► BearerCheck ──► route ──► ClusterGate ──► controller or host
/// </code>
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private const long MaxRequestBytes = 1 << 20;

    /// <summary>An attached console is asked for a sign of life this often, and has as long to give it.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(10);

    /// <summary>Who begins a request has so long to send its headers. Bodies come at 240 bytes per second or more, after 5 s (Kestrel's own limit).</summary>
    private static readonly TimeSpan HeadersWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;

    private ApiServer(WebApplication app) => _app = app;

    /// <summary>Starts to serve. Throws an <see cref="IOException"/> if the port cannot be used.</summary>
    /// <param name="settings">Where, and the data root.</param>
    /// <param name="system">The node's actor system.</param>
    /// <param name="gate">The way to the controller.</param>
    /// <param name="time">The clock.</param>
    public static async Task<ApiServer> StartAsync(ApiSettings settings, ActorSystem system, IActorRef gate, TimeProvider time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel((KestrelServerOptions kestrel) =>
        {
            kestrel.Listen(settings.Endpoint);
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.Limits.RequestHeadersTimeout = HeadersWithin;
            kestrel.AddServerHeader = false;
        });
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, LifetimeOfTheNode>();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        var app = builder.Build();
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = KeepAlive, KeepAliveTimeout = KeepAlive });
        app.Use(ProblemDetails.Handle);
        app.Use(new BearerCheck(ApiToken.ReadOrCreate(settings.Data)).Handle);
        var routes = ApiRoutes.All(settings, new ClusterGate(system, gate), time, app.Lifetime.ApplicationStopping);
        foreach (var route in routes)
            app.MapMethods(route.Path, [route.Method], route.ServeAsync).WithMetadata(route);
        app.MapFallback("{**path}", context => throw new ApiProblem(ProblemKind.NotFound, $"There is nothing at {context.Request.Method} {context.Request.Path}; /openapi.json lists what there is."));
        await app.StartAsync().ConfigureAwait(false);
        return new ApiServer(app);
    }

    /// <summary>What is served: method and path of each route.</summary>
    internal IEnumerable<(string Method, string Path)> Served => _app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Select(method => (method, e.RoutePattern.RawText!)));

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    /// <summary>The actor system ends on signals, and the API with it: it must not handle them by itself.</summary>
    private sealed class LifetimeOfTheNode : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
