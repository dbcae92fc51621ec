using System.Diagnostics;
using Npgsql;
using Trapline.TestSupport;

namespace Trapline.ActorRuntime.Tests.Persistence;

/// <summary>
/// A PostgreSQL server of the test run's own: in a temporary folder, on a free port of the loopback interface, without
/// durability. It starts with the first test that needs it and ends with the process. As root it runs under the account
/// <c>postgres</c>, because the server refuses to run as root.
/// </summary>
public sealed class PostgresServer
{
    private const string Package = "postgresql";

    // Runs the server until its own input ends, which it does however the test process ends; then stops the server by its
    // process id and removes its folder.
    private const string Watch = "folder=$1; shift; \"$@\" & server=$!; read -r _; kill -QUIT $server; wait $server; rm -rf \"$folder\"";

    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(120);
    private static readonly Lazy<PostgresServer> Started = new(() => new PostgresServer());

    private readonly string _folder;
    private readonly int _port;
    private readonly Process _watch;
    private int _databases;

    private PostgresServer()
    {
        var initdb = ExternalTool.Require("initdb", Package);
        var postgres = ExternalTool.Require("postgres", Package);
        _folder = Directory.CreateTempSubdirectory("postgres-").FullName;
        if (IsRoot)
            Run("chown", "postgres", _folder);
        var data = Path.Combine(_folder, "data");
        var (program, arguments) = AsServerAccount(initdb, ["-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--no-locale", "-N"]);
        Run(program, arguments);
        _port = FreePort.Choose();
        (program, arguments) = AsServerAccount(
            postgres, ["-D", data, "-p", $"{_port}", "-h", "127.0.0.1", "-k", _folder, "-F", "-c", "max_connections=200"]);
        _watch = Process.Start(new ProcessStartInfo("sh", ["-c", Watch, "sh", _folder, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        _watch.OutputDataReceived += (_, _) => { };
        _watch.ErrorDataReceived += (_, _) => { };
        _watch.BeginOutputReadLine();
        _watch.BeginErrorReadLine();
        WaitUntilItAnswers();
    }

    /// <summary>The server, started by the first who asks; skips the test where PostgreSQL is not installed.</summary>
    public static PostgresServer Instance
    {
        get
        {
            // Asked first, outside the Lazy, so that each test is skipped and not only the first.
            ExternalTool.Require("initdb", Package);
            return Started.Value;
        }
    }

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Creates an empty database and returns how to connect to it.</summary>
    public string CreateDatabase()
    {
        var name = $"test{Interlocked.Increment(ref _databases)}";
        using var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false"); // a test may have had the server restart
        connection.Open();
        using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        command.ExecuteNonQuery();
        return ConnectionString(name);
    }

    private static (string Program, string[] Arguments) AsServerAccount(string program, string[] arguments) =>
        IsRoot ? ("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "--", program, .. arguments]) : (program, arguments);

    private static void Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(StartLimit))
            process.Kill();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program}: {output.Result}{errors.Result}");
    }

    private string ConnectionString(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Maximum Pool Size=10;Pooling=true";

    private void WaitUntilItAnswers()
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                using var connection = new NpgsqlConnection(ConnectionString("postgres"));
                connection.Open();
                return;
            }
            catch (NpgsqlException) when (clock.Elapsed < StartLimit)
            {
                _watch.WaitForExit(TimeSpan.FromMilliseconds(50));
            }
        }
    }
}
