using Trapline.Cluster.Tests.Audit;
using Trapline.Cluster.Tests.Faults;
using Trapline.Cluster.Tests.Processes;

namespace Trapline.Cluster.Tests.FullDisks;

/// <summary>A cluster of two nodes whose data root has a small disk of its own for each kind of file, with a journal and a shell.</summary>
public sealed class SmallDisks : IAsyncLifetime
{
    private const string Root = "";

    // The images lie in the root: Debian's, if it was built, has a hundred megabytes.
    private static readonly (string Folder, int Mebibytes)[] Sizes =
        [(Root, 256), ("volumes", 16), ("journal", 16), ("moves", 16), ("snapshots", 32), ("consoles", 4), ("hosts", 4), ("logs", 4)];

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly Dictionary<string, SmallDisk> _disks = new(StringComparer.Ordinal);
    private readonly string _settings = Path.GetTempFileName();
    private string? _unavailable;

    internal RealCluster Cluster { get; private set; } = null!;

    internal JournalWitness Journal { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        foreach (var (folder, mebibytes) in Sizes)
        {
            if (SmallDisk.TryMount(Path.Combine(_data.FullName, folder), mebibytes, out _unavailable) is not { } disk)
                return;
            _disks[folder] = disk;
        }

        await File.WriteAllTextAsync(_settings, "trapline.controller.low-disk-space = 4MiB\n");
        Cluster = await RealCluster.StartAsync(_data.FullName, "--nodes", "2", "--config", _settings);
        await Cluster.Trapline.RunAsync("run", "--image", "journal", "--type", "highcpu.small", "--name", ThreeNodes.Ledger);
        await Cluster.Trapline.RunAsync("run", "--image", "minios", "--type", "highcpu.small", "--name", ThreeNodes.Web);
        Journal = new JournalWitness(Cluster, ThreeNodes.Ledger);
        await Cluster.UntilWholeAsync();
        await Journal.UntilMoreAsync(1);
    }

    public async Task DisposeAsync()
    {
        if (Journal is not null)
            await Journal.DisposeAsync();
        if (Cluster is not null)
            await Cluster.DisposeAsync();
        foreach (var disk in _disks.Values.Reverse())
            disk.Dispose();
        _data.Delete(recursive: true);
        File.Delete(_settings);
    }

    /// <summary>Skips the test where no disks can be mounted.</summary>
    internal void Need() => Skip.If(_unavailable is not null, _unavailable);

    /// <summary>Fills the disks below the named folders, or all of them, until the result is disposed.</summary>
    internal IDisposable Full(params string[] folders) => new FullNow([.. folders.Length == 0 ? _disks.Values : folders.Select(f => _disks[f])], butMebibytes: 0);

    /// <summary>Leaves a mebibyte of the disk below a folder, until the result is disposed.</summary>
    internal IDisposable Low(string folder) => new FullNow([_disks[folder]], butMebibytes: 1);

    /// <summary>After each test: everything due runs, no VM executed twice at a time, and what the journal acknowledged is there.</summary>
    internal async Task CheckAsync()
    {
        await Cluster.UntilWholeAsync();
        await Cluster.UntilAsync("nothing is wrong with the audit when all of it is written", () => Task.FromResult(Auditor.Of(Cluster.Data).Complaints.Count == 0));
        await Cluster.AuditAsync();
        await Journal.CheckAsync();
        await Journal.UntilMoreAsync(1);
    }

    private sealed class FullNow : IDisposable
    {
        private readonly IReadOnlyList<SmallDisk> _disks;

        public FullNow(IReadOnlyList<SmallDisk> disks, int butMebibytes)
        {
            _disks = disks;
            foreach (var disk in disks)
                disk.Fill(butMebibytes);
        }

        public void Dispose()
        {
            foreach (var disk in _disks)
                disk.MakeRoom();
        }
    }
}
