using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>
/// GDB for a VM's machine: open as long as the request lasts. The node is asked again every second, and closes the port by itself when nobody asks.
/// </summary>
internal sealed class DebuggerRoutes(ClusterGate gate, EventStreams streams, TimeProvider time)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    public IEnumerable<ApiRoute> All() =>
    [
        new("POST", "/v1/vms/{vm}/gdb", "Has its machine listen for GDB on its node's loopback interface while this request lasts; server-sent events, a DebuggerView for each machine", ServeAsync)
        {
            Stream = ApiJson.Default.DebuggerView,
            Query = new Dictionary<string, ApiParameter>(StringComparer.Ordinal) { ["port"] = ApiParameter.Number("The TCP port; without it one is chosen") },
        },
    ];

    private async Task ServeAsync(HttpContext context)
    {
        var vm = HttpJson.Part(context, "vm");
        var port = HttpJson.Number(context, "port", 0);
        if (port > 65_535)
            throw new ApiProblem(ProblemKind.Invalid, $"port={port} is no TCP port.");
        var opened = await KeepAsync(vm, (int)port, context.RequestAborted).ConfigureAwait(false);
        DebuggerView? told = null;
        try
        {
            await streams.FollowAsync(
                context,
                async cancellation =>
                {
                    if (told is not null)
                    {
                        await Task.Delay(Again, time, cancellation).ConfigureAwait(false);
                        opened = await KeepAsync(vm, (int)port, cancellation).ConfigureAwait(false);
                    }

                    if (opened == told)
                        return [];
                    told = opened;
                    return [(opened.Incarnation, opened)];
                },
                ApiJson.Default.DebuggerView).ConfigureAwait(false);
        }
        finally
        {
            await CloseAsync(vm).ConfigureAwait(false);
        }
    }

    private async Task<DebuggerView> KeepAsync(string vm, int port, CancellationToken cancellation)
    {
        var at = await gate.LocateAsync(vm, cancellation).ConfigureAwait(false);
        return await gate.AskHostAsync<IWireMessage>(at, new KeepDebugger(at.Vm, port), ClusterGate.HostBound, cancellation).ConfigureAwait(false) switch
        {
            DebuggerListens listens => new DebuggerView(at.Vm.Value, listens.Incarnation.Value, at.Node!.Value.Value, listens.Port),
            DebuggerCannotListen cannot => throw new ApiProblem(ProblemKind.Conflict, $"Port {port} of {at.Node} cannot be used: {cannot.Why}."),
            var other => throw new ApiProblem(ProblemKind.Defect, $"The answer is a {other.GetType().Name}."),
        };
    }

    /// <summary>Where the controller does not answer, the node closes it by itself in a while.</summary>
    private async Task CloseAsync(string vm)
    {
        try
        {
            var at = await gate.LocateAsync(vm, CancellationToken.None).ConfigureAwait(false);
            gate.TellHost(at, new CloseDebugger(at.Vm));
        }
        catch (ApiProblem)
        {
            // The VM is gone, or nobody knows where it is.
        }
    }
}
