using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>The disks of VMs, as they lie in the data root.</summary>
internal sealed class VolumeRoutes(ClusterGate gate)
{
    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/volumes", "The writable disks in the data root, with the VMs that they belong to, in pages: an empty one is behind the last", ListAsync)
        {
            Answer = ApiJson.Default.ImmutableArrayVolumeView,
            Query = Page.ParametersOf("VM"),
        },
        new("DELETE", "/v1/volumes/{vm}", "Delete the left-over volumes of a VM that is no more, by the VM's id", RemoveAsync) { Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted },
    ];

    private async Task ListAsync(HttpContext context)
    {
        var page = Page.Of(context);
        var found = await gate.AskAnyHostAsync<VolumesFound>(new ListVolumes(page.AfterVm, page.Limit), context.RequestAborted).ConfigureAwait(false);
        var described = await gate.AskAsync<VmsDescribed>(new DescribeVms([.. found.Volumes.Select(v => v.Vm).Distinct()]), context.RequestAborted).ConfigureAwait(false);
        var vms = described.Vms.ToDictionary(v => v.Id, StringComparer.Ordinal);
        await HttpJson.WriteAsync(context, [.. found.Volumes.Select(v => ViewOf(v, vms.GetValueOrDefault(v.Vm.Value)))], ApiJson.Default.ImmutableArrayVolumeView).ConfigureAwait(false);
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var vm = HttpJson.Part(context, "vm");
        var found = TextId.IsValid(vm)
            && !(await gate.AskAnyHostAsync<VolumesFound>(new ListVolumes(Of: new VmId(vm)), context.RequestAborted).ConfigureAwait(false)).Volumes.IsEmpty;
        var accepted = await gate.AskAsync<Accepted>(new RemoveVolumes(vm, found), context.RequestAborted).ConfigureAwait(false);
        var view = new AcceptedView([.. accepted.Vms.Select(v => v.Value)], accepted.Generation);
        await HttpJson.WriteAsync(context, view, ApiJson.Default.AcceptedView).ConfigureAwait(false);
    }

    private static VolumeView ViewOf(VolumeFigures volume, VmView? vm) => new(
        $"{volume.Vm}/{volume.Name}",
        vm?.Name,
        vm is null ? "left over" : vm.Node is null ? "kept" : "in use",
        volume.LengthBytes,
        volume.AllocatedBytes,
        volume.Incarnation.Value,
        volume.Problem);
}
