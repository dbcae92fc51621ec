namespace Trapline.Cluster.Tests.Processes;

/// <summary>A data root of the tests' own, for clusters that are started, harmed and ended through the command line; nothing is left of them at the end.</summary>
public abstract class OwnDataRoot : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");

    internal TraplineCommand Trapline => new(Data);

    internal string Data => _data.FullName;

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Trapline.TryAsync("down");
        _data.Delete(recursive: true);
    }
}
