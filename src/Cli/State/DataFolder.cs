namespace Trapline.Cli.State;

/// <summary>The launcher's files in a data root, and who may run a cluster there: one supervisor at a time.</summary>
/// <param name="path">The data root.</param>
internal sealed class DataFolder(string path)
{
    /// <summary>The environment variable that names the data root when no option does.</summary>
    public const string Variable = "TRAPLINE_DATA";

    /// <summary>The data root when nothing names one.</summary>
    public static string Default =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named
            ? named
            : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "trapline");

    /// <summary>The data root.</summary>
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    /// <summary>The state file.</summary>
    public string State => Below("cluster.json");

    /// <summary>Logs, one file for each process.</summary>
    public string Logs => Below("logs");

    /// <summary>The settings that all processes are started with.</summary>
    public string Settings => Below("launcher.conf");

    /// <summary>Images, one folder each.</summary>
    public string Images => Below("images");

    /// <summary>Which life a host is in, as it says itself.</summary>
    public string BootOf(string host) => System.IO.Path.Combine(Path, "hosts", host, "boot");

    /// <summary>When processes of a host ended.</summary>
    public string DeathsOf(string host) => System.IO.Path.Combine(Path, "hosts", host, "deaths.jsonl");

    /// <summary>Takes the right to run a cluster here; null if somebody has it.</summary>
    public IDisposable? TryLock()
    {
        try
        {
            Directory.CreateDirectory(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Usage, $"the data root {Path} cannot be made ({e.Message}): --data names another place");
        }

        try
        {
            return new FileStream(Below("lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string Below(string name) => System.IO.Path.Combine(Path, name);
}
