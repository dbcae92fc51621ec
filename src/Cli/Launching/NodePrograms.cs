using System.Runtime.InteropServices;
using Trapline.Cli.State;

namespace Trapline.Cli.Launching;

/// <summary>Where the programs of the other processes lie: in folders beside this one, as the build puts them.</summary>
internal static class NodePrograms
{
    /// <summary>The runtime that runs this process, and so the others too.</summary>
    public static string Dotnet
    {
        get
        {
            var name = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
            var beside = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", name));
            return File.Exists(beside) ? beside : name;
        }
    }

    /// <summary>The program of a node.</summary>
    public static string Of(NodeKind kind)
    {
        var path = kind == NodeKind.Controller
            ? Path.Combine(AppContext.BaseDirectory, "controller", "Trapline.Controller.dll")
            : Path.Combine(AppContext.BaseDirectory, "host", "Trapline.HostNode.dll");
        return File.Exists(path) ? path : throw new CliException(ExitCodes.HypervisorFault, $"{path} is missing: build src/Cli as a whole");
    }
}
