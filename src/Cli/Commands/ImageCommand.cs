using System.CommandLine;
using System.Globalization;
using Trapline.Cli.Client;
using Trapline.Cli.Output;
using Trapline.Shared.Api;
using Trapline.Shared.Images;

namespace Trapline.Cli.Commands;

/// <summary><c>trapline image</c>: what VMs boot from.</summary>
internal static class ImageCommand
{
    private static readonly Argument<string> Kernel = new("FILE") { Description = "What is started: an ELF file or a Linux Image for RISC-V" };
    private static readonly Option<string> Name = new("--name") { Description = "The image's name", Required = true };
    private static readonly Option<string> Kind = MakeKind();
    private static readonly Option<string?> Initrd = new("--initrd") { Description = "Initial RAM disk", HelpName = "FILE" };
    private static readonly Option<string?> Disk = new("--disk") { Description = "Raw image of a disk; each VM writes to an overlay of its own", HelpName = "FILE" };
    private static readonly Option<string?> DiskSize = new("--disk-size") { Description = "In place of --disk: an empty disk of this size, such as 64M", HelpName = "SIZE" };
    private static readonly Option<string?> Append = new("--append") { Description = "Kernel command line, unless a VM has its own" };

    /// <summary>The command with its subcommands.</summary>
    public static Command Create() => new("image", "What VMs boot from.")
    {
        ClusterCommand.Create("ls", "Lists images.", async (session, cancellation) =>
        {
            var images = await session.Api.GetAsync("/v1/images", ApiJson.Default.ImmutableArrayImageView, cancellation).ConfigureAwait(false);
            session.Printer.Print(images, ApiJson.Default.ImmutableArrayImageView, v => Tables.Of(v));
            return ExitCodes.Success;
        }),
        ClusterCommand.Create("add", "Adds an image: its files are copied into the data root, with checksums.", AddAsync).With(Kernel, Name, Kind, Initrd, Disk, DiskSize, Append),
        Remove(),
    };

    private static async Task<int> AddAsync(ClusterSession session, CancellationToken cancellation)
    {
        var parsed = session.Parsed;
        using var content = new MultipartFormDataContent();
        AddFile(content, parsed.GetValue(Kind)!, parsed.GetValue(Kernel)!, KernelFile.Problem);
        if (parsed.GetValue(Initrd) is { } initrd)
            AddFile(content, "initrd", initrd, path => new FileInfo(path).Length == 0 ? "it is empty" : null);
        if (parsed.GetValue(Disk) is { } disk)
            AddFile(content, "disk", disk, KernelFile.DiskProblem);
        if (parsed.GetValue(DiskSize) is { } size)
            content.Add(new StringContent(MebibytesOf(size)), "disk-mib");
        if (parsed.GetValue(Append) is { } append)
            content.Add(new StringContent(append), "append");
        var added = await Printer.ProgressAsync(
            $"adding {parsed.GetValue(Name)}",
            _ => session.Api.UploadAsync($"/v1/images/{PathPart.Of(parsed.GetValue(Name))}", content, ApiJson.Default.ImageView, cancellation)).ConfigureAwait(false);
        session.Printer.Print(added, ApiJson.Default.ImageView, i => Tables.Of([i]));
        return ExitCodes.Success;
    }

    /// <summary>Checked before anything is sent, as the API checks it again.</summary>
    private static void AddFile(MultipartFormDataContent content, string part, string path, Func<string, string?> problemOf)
    {
        if (!File.Exists(path))
            throw new CliException(ExitCodes.Usage, Directory.Exists(path) ? $"{path} is a folder, and the {part} a file" : $"there is no file {path}");
        if (problemOf(path) is { } problem)
            throw new CliException(ExitCodes.Usage, $"{path} cannot be the {part}: {problem}");
        content.Add(new StreamContent(File.OpenRead(path)), part, part);
    }

    private static string MebibytesOf(string size) =>
        Sizes.TryParse(size, out var bytes) && bytes >= 1 << 20 && bytes % (1 << 20) == 0
            ? (bytes >> 20).ToString(CultureInfo.InvariantCulture)
            : throw new CliException(ExitCodes.Usage, $"--disk-size {size} is not possible: give whole MiB, such as 64M or 2G");

    private static Command Remove()
    {
        var name = Names.Image();
        return ClusterCommand.Create("rm", "Removes an image that was added, and that no VM or snapshot uses.", async (session, cancellation) =>
        {
            await session.Api.DeleteAsync($"/v1/images/{PathPart.Of(session.Parsed.GetValue(name))}", cancellation).ConfigureAwait(false);
            session.Printer.Tell(new RemovedView(session.Parsed.GetValue(name)!), CompactJson.Default.RemovedView);
            session.Printer.Say($"{session.Parsed.GetValue(name)}: removed");
            return ExitCodes.Success;
        }).With(name);
    }

    private static Option<string> MakeKind()
    {
        var option = new Option<string>("--kind") { Description = "kernel: started by Trapline in S-mode; firmware: started at reset in M-mode", DefaultValueFactory = _ => "kernel" };
        option.AcceptOnlyFromAmong("kernel", "firmware");
        return option;
    }
}
