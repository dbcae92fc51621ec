namespace Trapline.Cluster.Tests.Processes;

/// <summary>A controller and two hosts as processes, shared by tests that each use VMs of their own and harm nothing but those.</summary>
public sealed class ClusterOfTwo : OwnDataRoot
{
    public override async Task InitializeAsync() => await Trapline.RunAsync("up", "--detach", "--nodes", "2");

    /// <summary>Runs a guest that needs little, and waits until it is up.</summary>
    internal async Task RunMiniosAsync(string name)
    {
        await Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", name, "--wait", "--timeout", "100");
        await Trapline.UntilConsoleAsync(name, "minios: ready");
    }
}
