namespace Trapline.TestSupport;

/// <summary>Where the checkout lies that the running tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds Cluster.sln, found upwards from the test's own folder.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A path below the root, from its parts.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No Cluster.sln above {AppContext.BaseDirectory}.");
    }
}
