using System.Collections.Immutable;

namespace Trapline.Controller.Api;

/// <summary>All routes, in the order of the OpenAPI document.</summary>
internal static class ApiRoutes
{
    public static ImmutableArray<ApiRoute> All(ClusterGate gate, ImageFolder images, TimeProvider time, CancellationToken stopping)
    {
        var events = new EventStreams(time, stopping);
        ImmutableArray<ApiRoute> routes =
        [
            .. new ClusterRoutes(gate, images).All(),
            .. new VmRoutes(gate, images).All(),
            .. new NodeRoutes(gate).All(),
            .. new EventRoutes(gate, events).All(),
            .. new ConsoleRoutes(gate, events).All(),
            .. new HealthRoutes(gate).All(),
        ];
        return routes.Add(OpenApiDocument.RouteFor(routes));
    }
}
