using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Trapline.Controller.Model;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Naming;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Api;

/// <summary>VMs: what there is, and what users want of them.</summary>
internal sealed class VmRoutes(ClusterGate gate, ImageFolder images)
{
    private const string DefaultType = "standard.small";

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/vms", "All VMs", ListAsync) { Answer = ApiJson.Default.ImmutableArrayVmView },
        new("POST", "/v1/vms", "Define VMs and start them", RunAsync) { Body = ApiJson.Default.RunRequest, Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted },
        new("GET", "/v1/vms/{vm}", "One VM, by name or id", DescribeAsync) { Answer = ApiJson.Default.VmView },
        new("GET", "/v1/vms/{vm}/why", "Why it is where it is, or nowhere: what each node would be to it", WhyAsync) { Answer = ApiJson.Default.PlacementView },
        Wish("POST", "/v1/vms/{vm}/start", "Have it run", VmWish.Start),
        Wish("POST", "/v1/vms/{vm}/stop", "Have it not run; its disks stay", VmWish.Stop),
        Wish("POST", "/v1/vms/{vm}/reboot", "Reset it", VmWish.Reboot),
        Wish("DELETE", "/v1/vms/{vm}", "Have it gone, its disks too", VmWish.Terminate),
        new("POST", "/v1/vms/{vm}/migrate", "Move it to another node while it runs", MigrateAsync) { Body = ApiJson.Default.MigrateRequest, Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted },
        new("POST", "/v1/vms/{vm}/abort-move", "Take back a move that is under way", context => AskAsync(context, new AbortMove(Vm(context)))) { Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted },
        new("POST", "/v1/vms/{vm}/fail-actor", "Fault injection: have its actor fail; the machine goes on", FailActorAsync) { Status = StatusCodes.Status204NoContent },
    ];

    private ApiRoute Wish(string method, string path, string summary, VmWish wish) =>
        new(method, path, summary, context => AskAsync(context, new WishForVm(Vm(context), wish))) { Answer = ApiJson.Default.AcceptedView, Status = StatusCodes.Status202Accepted };

    private async Task ListAsync(HttpContext context)
    {
        var view = await gate.DescribeAsync(context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, view.Vms, ApiJson.Default.ImmutableArrayVmView).ConfigureAwait(false);
    }

    private async Task DescribeAsync(HttpContext context)
    {
        var vm = await gate.AskAsync<VmDescription>(new DescribeVm(Vm(context)), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, vm.View, ApiJson.Default.VmView).ConfigureAwait(false);
    }

    private async Task WhyAsync(HttpContext context)
    {
        var answer = await gate.AskAsync<PlacementExplanation>(new ExplainPlacement(Vm(context)), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, answer.View, ApiJson.Default.PlacementView).ConfigureAwait(false);
    }

    private async Task RunAsync(HttpContext context)
    {
        var run = await HttpJson.ReadAsync(context, ApiJson.Default.RunRequest).ConfigureAwait(false);
        var restart = Words.Find<RestartPolicy>(run.Restart, Words.Of) ?? throw Wrong("restart", run.Restart, Words.All<RestartPolicy>(Words.Of));
        var affinity = Words.Find<GroupAffinity>(run.Affinity, Words.Of) ?? throw Wrong("affinity", run.Affinity, Words.All<GroupAffinity>(Words.Of));
        if (run.FromSnapshot is null == run.Image is null)
            throw new ApiProblem(ProblemKind.Invalid, "A VM starts from an image or from a snapshot: give one of image and fromSnapshot.");
        if (run.FromSnapshot is not null && (run.Type is not null || run.CommandLine is not null))
            throw new ApiProblem(ProblemKind.Invalid, "A VM that starts from a snapshot has the snapshot's size and command line: give neither.");
        if (run.Image is not null && !TextId.IsValid(run.Image))
            throw new ApiProblem(ProblemKind.NotFound, UnknownName.Describe("image", run.Image, "Images", images.Names().Select(i => i.Value)));
        if (run.Group is not null && !TextId.IsValid(run.Group))
            throw new ApiProblem(ProblemKind.Invalid, $"'{run.Group}' is no name for a group: {TextId.Form}.");
        var name = run.Name ?? $"{run.Image ?? run.FromSnapshot}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(2))}";
        GroupName? group = run.Group is null ? null : new GroupName(run.Group);
        var spec = new VmSpec(name, new ImageName(run.Image ?? "none"), run.Type ?? DefaultType, run.CommandLine, restart, group, affinity);
        await AskAsync(context, new DefineVms(spec, run.Count ?? 1, images.Names(), run.FromSnapshot)).ConfigureAwait(false);
    }

    private async Task MigrateAsync(HttpContext context)
    {
        var migrate = await HttpJson.ReadAsync(context, ApiJson.Default.MigrateRequest, new MigrateRequest()).ConfigureAwait(false);
        await AskAsync(context, new MoveVm(Vm(context), migrate.To)).ConfigureAwait(false);
    }

    private async Task FailActorAsync(HttpContext context)
    {
        await gate.AskHostOfAsync<VmActorFails>(Vm(context), vm => new MakeVmActorFail(vm), context.RequestAborted).ConfigureAwait(false);
    }

    private async Task AskAsync(HttpContext context, IClientRequest request)
    {
        var accepted = await gate.AskAsync<Accepted>(request, context.RequestAborted).ConfigureAwait(false);
        var view = new AcceptedView([.. accepted.Vms.Select(vm => vm.Value)], accepted.Generation);
        await HttpJson.WriteAsync(context, view, ApiJson.Default.AcceptedView).ConfigureAwait(false);
    }

    private static string Vm(HttpContext context) => HttpJson.Part(context, "vm");

    private static ApiProblem Wrong(string what, string? given, string words) => new(ProblemKind.Invalid, $"{what} '{given}' is unknown; it is one of {words}.");
}
