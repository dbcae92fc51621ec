using System.Collections.Immutable;
using Trapline.Shared.Consoles;

namespace Trapline.Controller.Api;

/// <summary>All routes, in the order of the OpenAPI document.</summary>
internal static class ApiRoutes
{
    public static ImmutableArray<ApiRoute> All(ApiSettings settings, ClusterGate gate, TimeProvider time, CancellationToken stopping)
    {
        var images = new ImageFolder(settings.Data);
        var events = new EventStreams(time, stopping);
        ImmutableArray<ApiRoute> routes =
        [
            .. new ClusterRoutes(gate, images).All(),
            .. new VmRoutes(gate, images).All(),
            .. new NodeRoutes(gate).All(),
            .. new EventRoutes(gate, events).All(),
            .. new ConsoleRoutes(gate, events, new ConsoleFiles(settings.Data), time, stopping).All(),
            .. new ImageRoutes(gate, images, time).All(stopping),
            .. new SnapshotRoutes(gate).All(),
            .. new VolumeRoutes(gate).All(),
            .. new FigureRoutes(gate).All(),
            .. new DebuggerRoutes(gate, events, time).All(),
            .. new FaultRoutes(settings, time).All(),
            .. new HealthRoutes(gate).All(),
        ];
        return routes.Add(OpenApiDocument.RouteFor(routes));
    }
}
