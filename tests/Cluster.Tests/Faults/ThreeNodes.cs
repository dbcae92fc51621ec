using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.Faults;

/// <summary>A cluster that the tests of a class share: three nodes, a journal that writes all the time, and a shell.</summary>
public abstract class ThreeNodes(int controllers) : IAsyncLifetime
{
    internal const string Ledger = "ledger";
    internal const string Web = "web";

    internal RealCluster Cluster { get; private set; } = null!;

    internal JournalWitness Journal { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Cluster = await RealCluster.StartAsync(nodes: 3, controllers);
        await Cluster.Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", Ledger);
        await Cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", Web);
        Journal = new JournalWitness(Cluster, Ledger);
        await Cluster.UntilWholeAsync();
        await Journal.UntilMoreAsync(3);
    }

    public async Task DisposeAsync()
    {
        if (Journal is not null)
            await Journal.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }

    /// <summary>After each test: everything due runs, no VM executed twice at a time, and what the journal acknowledged is there.</summary>
    internal async Task CheckAsync()
    {
        await Cluster.AuditAsync();
        await Journal.CheckAsync();
        await Journal.UntilMoreAsync(1);
    }
}

/// <summary>With one controller.</summary>
public sealed class ThreeNodesOneController() : ThreeNodes(controllers: 1);

/// <summary>With three controllers.</summary>
public sealed class ThreeNodesThreeControllers() : ThreeNodes(controllers: 3);

/// <summary>Tests that share a cluster with one controller. Clusters of real processes run one at a time: each of them wants the whole machine.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneController : ICollectionFixture<ThreeNodesOneController>
{
    public const string Name = "one controller";
}

/// <summary>Tests that share a cluster with three controllers.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ThreeControllers : ICollectionFixture<ThreeNodesThreeControllers>
{
    public const string Name = "three controllers";
}

/// <summary>Tests that start clusters of their own.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OwnClusters
{
    public const string Name = "own clusters";
}
