using System.Text;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Machine;

namespace Trapline.Machine.Bench;

/// <summary>The built-in guests, and a console that waits for a text.</summary>
internal static class Guests
{
    public static string Root { get; } = FindRoot();

    public static MachineConfig Minios(string commandLine = "") => new()
    {
        Kernel = new ImageSource("minios", File.ReadAllBytes(Path.Combine(Root, "guests", "images", "minios.elf"))),
        MemoryBytes = 64UL << 20,
        CommandLine = commandLine,
    };

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Cluster.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("not inside the repository");
    }
}

/// <summary>Completes when the guest has printed a text.</summary>
internal sealed class TextWaiter(string text) : IConsoleOutput
{
    private readonly TaskCompletionSource _found = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly StringBuilder _seen = new();

    public Task Found => _found.Task;

    public MachineConsole Console => new(new ConsoleInput(), this);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_found.Task.IsCompleted)
            return;
        _seen.Append(Encoding.ASCII.GetString(bytes));
        if (_seen.ToString().EndsWith(text, StringComparison.Ordinal))
            _found.SetResult();
    }
}
