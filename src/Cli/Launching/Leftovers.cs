using System.Text;
using Trapline.Cli.State;

namespace Trapline.Cli.Launching;

/// <summary>What a supervisor that was killed has left behind: its processes go on without it, until somebody ends them.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(5);

    /// <summary>Ends the processes that the state file names and that are still the cluster's own. Only for who has the data root's lock.</summary>
    public static async Task EndAsync(DataFolder data, Action<string> say, TimeProvider time, CancellationToken cancellation)
    {
        if (ClusterState.Read(data.State) is not { } state)
            return;
        foreach (var node in state.Nodes.Where(n => IsOurs(n.Pid, data)))
        {
            say($"{node.Name} (process {node.Pid}) was left behind and is ended");
            Signals.Send(node.Pid, Signal.Kill);
        }

        var writes = new DueWrites(time, cancellation);
        foreach (var node in state.Nodes)
        {
            while (IsOurs(node.Pid, data))
                await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
            Deaths.Record(data, node, time, writes);
        }

        File.Delete(data.State);
    }

    /// <summary>Whether the process is one of this data root's: ids are used again by the system, command lines tell them apart.</summary>
    private static bool IsOurs(int pid, DataFolder data)
    {
        if (!Signals.IsAlive(pid))
            return false;
        try
        {
            var line = $"/proc/{pid}/cmdline";
            return !File.Exists(line) || Encoding.UTF8.GetString(File.ReadAllBytes(line)).Contains(data.Path, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false; // it ended meanwhile
        }
    }
}
