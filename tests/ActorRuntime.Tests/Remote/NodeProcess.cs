using System.Diagnostics;
using Akka.Actor;

namespace Trapline.ActorRuntime.Tests.Remote;

/// <summary>A real process with an actor system in it (tests/ActorRuntime.Node).</summary>
internal sealed class NodeProcess : IDisposable
{
    private readonly Process _process;

    private NodeProcess(Process process, Address address)
    {
        _process = process;
        Address = address;
    }

    /// <summary>Where its system can be reached.</summary>
    public Address Address { get; }

    /// <summary>Starts a process and waits until its system is up.</summary>
    public static async Task<NodeProcess> StartAsync(string system, string scenario, string hocon)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { Path.Combine(AppContext.BaseDirectory, "ActorRuntime.Node.dll"), system, scenario, hocon },
        };
        var process = Process.Start(start)!;
        var output = new List<string>();
        try
        {
            while (await process.StandardOutput.ReadLineAsync().WaitAsync(RemoteProbe.Patience) is { } line)
            {
                output.Add(line);
                if (!line.StartsWith("ready ", StringComparison.Ordinal))
                    continue;
                _ = process.StandardOutput.ReadToEndAsync();
                _ = process.StandardError.ReadToEndAsync();
                return new NodeProcess(process, Address.Parse(line["ready ".Length..]));
            }
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }

        throw new InvalidOperationException(
            $"The node ended: {string.Join('\n', output)}\n{await process.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Kills the process as kill -9 does, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().WaitAsync(RemoteProbe.Patience);
    }

    /// <summary>Lets the process leave in order, and waits until it is gone.</summary>
    public async Task<int> LeaveAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(RemoteProbe.Patience);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
    }
}
