using Trapline.Shared.Api;
using Trapline.Shared.InstanceTypes;

namespace Trapline.Controller.Api;

/// <summary>The cluster as a whole, and what VMs may be made of.</summary>
internal sealed class ClusterRoutes(ClusterGate gate, ImageFolder images)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/cluster", "The whole cluster: nodes and VMs", async context =>
            await HttpJson.WriteAsync(context, await gate.DescribeAsync(context.RequestAborted).ConfigureAwait(false), ApiJson.Default.ClusterView).ConfigureAwait(false))
        {
            Answer = ApiJson.Default.ClusterView,
        },
        new("GET", "/v1/images", "What VMs may boot from", context => HttpJson.WriteAsync(context, images.All(), ApiJson.Default.ImmutableArrayImageView))
        {
            Answer = ApiJson.Default.ImmutableArrayImageView,
        },
        new("GET", "/v1/types", "Instance types", context => HttpJson.WriteAsync(context, InstanceTypeCatalog.All, ApiJson.Default.ImmutableArrayInstanceType))
        {
            Answer = ApiJson.Default.ImmutableArrayInstanceType,
        },
    ];
}
