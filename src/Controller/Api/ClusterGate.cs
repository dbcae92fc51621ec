using System.Collections.Immutable;
using Akka.Actor;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>Asks the controller, wherever it is, and hosts; each question with a bound.</summary>
internal sealed class ClusterGate(ActorSystem system, IActorRef gate)
{
    private static readonly TimeSpan ControllerBound = TimeSpan.FromSeconds(5);

    /// <summary>How long a host may take to answer.</summary>
    public static readonly TimeSpan HostBound = TimeSpan.FromSeconds(3);

    /// <summary>The whole cluster, put together from the parts that it comes in.</summary>
    public async Task<ClusterView> DescribeAsync(CancellationToken cancellation)
    {
        var part = await AskAsync<ClusterDescription>(new DescribeCluster(), cancellation).ConfigureAwait(false);
        if (part.Next is null)
            return part.View;
        var view = part.View;
        var vms = view.Vms.ToBuilder();
        while (part.Next is { } last)
        {
            part = await AskAsync<ClusterDescription>(new DescribeCluster(last), cancellation).ConfigureAwait(false);
            vms.AddRange(part.View.Vms);
        }

        return view with { Vms = vms.ToImmutable() };
    }

    /// <summary>The nodes, however many VMs they have.</summary>
    public async Task<ImmutableArray<NodeView>> NodesAsync(CancellationToken cancellation) =>
        (await AskAsync<ClusterDescription>(new DescribeNodes(), cancellation).ConfigureAwait(false)).View.Nodes;

    /// <summary>Asks the controller; its rejection is thrown as a problem.</summary>
    public async Task<T> AskAsync<T>(IWireMessage question, CancellationToken cancellation)
        where T : IWireMessage
    {
        object answer;
        try
        {
            answer = await gate.Ask<object>(question, ControllerBound, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new ApiProblem(
                ProblemKind.NoController,
                $"No controller has answered within {ControllerBound.TotalSeconds:0} s: it may be recovering. A change that was asked for may still be made; look before you ask again.");
        }

        return Answer<T>(answer);
    }

    /// <summary>Where a VM is.</summary>
    public Task<VmLocation> LocateAsync(string nameOrId, CancellationToken cancellation) => AskAsync<VmLocation>(new LocateVm(nameOrId), cancellation);

    /// <summary>Asks the host that has a VM.</summary>
    public async Task<T> AskHostOfAsync<T>(string nameOrId, Func<VmId, IWireMessage> question, CancellationToken cancellation)
        where T : IWireMessage
    {
        var vm = await LocateAsync(nameOrId, cancellation).ConfigureAwait(false);
        return await AskHostAsync<T>(vm, question(vm.Vm), HostBound, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks the host where a VM is known to be.</summary>
    /// <param name="vm">Where it is.</param>
    /// <param name="question">The question.</param>
    /// <param name="most">How long the answer may take.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<T> AskHostAsync<T>(VmLocation vm, IWireMessage question, TimeSpan most, CancellationToken cancellation)
        where T : IWireMessage
    {
        if (vm is not { Node: { } node, Address: { } address })
            throw new ApiProblem(ProblemKind.Conflict, $"{vm.Name} is {vm.State} and on no node now.");
        object answer;
        try
        {
            answer = await system.ActorSelection(address).Ask<object>(question, most, cancellation).ConfigureAwait(false);
        }
        catch (AskTimeoutException)
        {
            throw new ApiProblem(ProblemKind.Unavailable, $"Node {node}, which has {vm.Name}, has not answered within {most.TotalSeconds:0.#} s.");
        }

        if (answer is VmIsNotHere)
            throw new ApiProblem(ProblemKind.Conflict, $"{vm.Name} is {vm.State}: node {node} does not have it running now.");
        return Answer<T>(answer);
    }

    /// <summary>Tells the host where a VM is something that has no answer.</summary>
    public void TellHost(VmLocation vm, IWireMessage message)
    {
        if (vm.Address is { } address)
            system.ActorSelection(address).Tell(message);
    }

    /// <summary>Asks all hosts that report; those that do not answer in time are left out.</summary>
    public async Task<IReadOnlyList<T>> AskAllHostsAsync<T>(IWireMessage question, CancellationToken cancellation)
        where T : class, IWireMessage
    {
        var nodes = await NodesAsync(cancellation).ConfigureAwait(false);
        var answers = await Task.WhenAll(nodes.Where(n => n is { Reports: true, Address: not null }).Select(n => AskOrNullAsync<T>(n.Address!, question, cancellation))).ConfigureAwait(false);
        return [.. answers.OfType<T>()];
    }

    /// <summary>Asks the hosts that report, one after the other, until one answers.</summary>
    public async Task<T> AskAnyHostAsync<T>(IWireMessage question, CancellationToken cancellation)
        where T : class, IWireMessage
    {
        foreach (var node in (await NodesAsync(cancellation).ConfigureAwait(false)).Where(n => n is { Reports: true, Address: not null }))
        {
            if (await AskOrNullAsync<T>(node.Address!, question, cancellation).ConfigureAwait(false) is { } answer)
                return answer;
        }

        throw new ApiProblem(ProblemKind.Unavailable, "No node answers, and only nodes can look into the data root.");
    }

    private async Task<T?> AskOrNullAsync<T>(string address, IWireMessage question, CancellationToken cancellation)
        where T : class, IWireMessage
    {
        try
        {
            return await system.ActorSelection(address).Ask<object>(question, HostBound, cancellation).ConfigureAwait(false) as T;
        }
        catch (AskTimeoutException)
        {
            return null;
        }
    }

    private static T Answer<T>(object answer) => answer switch
    {
        T right => right,
        Rejected rejected => throw ApiProblem.Of(rejected),
        NobodyDecides problem => throw ApiProblem.Of(problem),
        _ => throw new ApiProblem(ProblemKind.Defect, $"The answer is a {answer.GetType().Name}, not a {typeof(T).Name}."),
    };
}
