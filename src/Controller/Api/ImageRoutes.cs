using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Serilog;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;
using Trapline.Shared.Images;
using Trapline.Shared.Naming;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Api;

/// <summary>Adding and removing images. What is sent is not trusted: names of files are ours, and what cannot boot is refused.</summary>
internal sealed class ImageRoutes(ClusterGate gate, ImageFolder images, TimeProvider time)
{
    /// <summary>RFC 2046, section 5.1.1.</summary>
    private const int LongestBoundary = 70;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ImageStore _store = new(images, time);

    /// <summary>The routes; in the background, what was left of removals is settled.</summary>
    public IEnumerable<ApiRoute> All(CancellationToken ending)
    {
        _ = SettleAsync(ending);
        return Routes();
    }

    private IEnumerable<ApiRoute> Routes() =>
    [
        new("POST", "/v1/images/{image}", "Add an image: form data with the file 'kernel' or 'firmware', and maybe the files 'initrd' and 'disk' and the texts 'append' and 'disk-mib'", AddAsync)
        {
            Status = StatusCodes.Status201Created,
            OtherBody = ImageForm.MediaType,
            OtherBodySchema = ImageForm.Schema,
            Answer = ApiJson.Default.ImageView,
        },
        new("DELETE", "/v1/images/{image}", "Remove an image that was added and that no VM or snapshot uses", RemoveAsync) { Status = StatusCodes.Status204NoContent },
    ];

    private async Task AddAsync(HttpContext context)
    {
        var name = HttpJson.Part(context, "image");
        if (!TextId.IsValid(name))
            throw new ApiProblem(ProblemKind.Invalid, $"'{name}' is no name for an image: {TextId.Form}.");
        if (Directory.Exists(Path.Combine(images.Path, name)))
            throw Exists(name);
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        try
        {
            await StoreAsync(context, name).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException and not BadHttpRequestException or UnauthorizedAccessException)
        {
            throw ImageStore.Unstorable(e);
        }

        await HttpJson.WriteAsync(context, images.Find(name)!, ApiJson.Default.ImageView).ConfigureAwait(false);
    }

    private async Task StoreAsync(HttpContext context, string name)
    {
        var folder = _store.Begin(name);
        try
        {
            var description = await ReadFormAsync(context, folder).ConfigureAwait(false);
            if (!_store.Finish(folder, name, description))
                throw Exists(name);
        }
        finally
        {
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A form that ends in the middle, or that is none.</summary>
    private static async Task<ImageDescription> ReadFormAsync(HttpContext context, string folder)
    {
        try
        {
            return await ReadAsync(context, folder).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException and not BadHttpRequestException)
        {
            throw new ApiProblem(ProblemKind.Invalid, $"The form cannot be read: {e.Message}");
        }
    }

    /// <summary>Takes the parts of the form one by one, as they come.</summary>
    private static async Task<ImageDescription> ReadAsync(HttpContext context, string folder)
    {
        if (!MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= LongestBoundary } boundary)
            throw new ApiProblem(ProblemKind.Invalid, "An image is sent as multipart/form-data.");
        var digests = ImmutableSortedDictionary<string, string>.Empty;
        var (append, diskMiB) = ("", 0);
        var reader = new MultipartReader(boundary, context.Request.Body);
        while (await reader.ReadNextSectionAsync(context.RequestAborted).ConfigureAwait(false) is { } section)
        {
            var part = ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).Value : null;
            if (part is not null && ImageForm.IsFile(part) && !digests.ContainsKey(part))
            {
                digests = digests.Add(part, await ImageStore.WriteAsync(Path.Combine(folder, part), section.Body, context.RequestAborted).ConfigureAwait(false));
                Check(part, Path.Combine(folder, part));
            }
            else if (part is ImageForm.Append or ImageForm.DiskMiB)
            {
                var text = await TextAsync(section.Body, part, context.RequestAborted).ConfigureAwait(false);
                if (part == ImageForm.Append && VmSpec.ProblemOfCommandLine(text) is { } problem)
                    throw new ApiProblem(ProblemKind.Invalid, $"append is not possible: {problem}.");
                if (part == ImageForm.Append)
                    append = text;
                else if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out diskMiB) || diskMiB is < 1 or > ImageForm.MostMiB)
                    throw new ApiProblem(ProblemKind.Invalid, $"disk-mib '{text}' is not possible: give 1 to {ImageForm.MostMiB}.");
            }
            else
            {
                throw new ApiProblem(ProblemKind.Invalid, $"The part '{part}' is unknown, or there twice: an image has kernel or firmware, initrd, disk, append and disk-mib.");
            }
        }

        var isFirmware = digests.ContainsKey(ImageForm.Firmware);
        if (isFirmware == digests.ContainsKey(ImageForm.Kernel))
            throw new ApiProblem(ProblemKind.Invalid, "An image has one file to start: send 'kernel' or 'firmware'.");
        if (diskMiB > 0 && digests.ContainsKey(ImageForm.Disk))
            throw new ApiProblem(ProblemKind.Invalid, "The disk's size is that of its file: send one of 'disk' and 'disk-mib'.");
        string? Named(string part) => digests.ContainsKey(part) ? part : null;
        return new ImageDescription(isFirmware ? ImageForm.Firmware : ImageForm.Kernel, Named(ImageForm.Initrd), Named(ImageForm.Disk), diskMiB, append, isFirmware, digests);
    }

    private static void Check(string part, string path)
    {
        var problem = part switch
        {
            ImageForm.Kernel or ImageForm.Firmware => KernelFile.Problem(path),
            ImageForm.Disk => KernelFile.DiskProblem(path),
            _ => new FileInfo(path).Length == 0 ? "it is empty" : null,
        };
        if (problem is not null)
            throw new ApiProblem(ProblemKind.Invalid, $"The {part} cannot be used: {problem}.");
    }

    private static async Task<string> TextAsync(Stream body, string part, CancellationToken cancellation)
    {
        var buffer = new byte[ImageForm.MostText + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        return length <= ImageForm.MostText ? System.Text.Encoding.UTF8.GetString(buffer, 0, length) : throw new ApiProblem(ProblemKind.Invalid, $"{part} is longer than {ImageForm.MostText} bytes.");
    }

    private async Task RemoveAsync(HttpContext context)
    {
        var name = HttpJson.Part(context, "image");
        var image = images.Find(name) ?? throw new ApiProblem(ProblemKind.NotFound, UnknownName.Describe("image", name, "Images", images.Names().Select(i => i.Value)));
        if (!image.Added)
            throw new ApiProblem(ProblemKind.Conflict, $"The image '{name}' comes with Trapline and stays.");
        await RefuseIfUsedAsync(name, context.RequestAborted).ConfigureAwait(false);

        // A VM may have been asked for since: once nobody finds the image any more, looks again.
        using var hidden = _store.Hide(name);
        try
        {
            await RefuseIfUsedAsync(name, CancellationToken.None).ConfigureAwait(false);
        }
        catch
        {
            hidden.Show();
            throw;
        }

        hidden.Delete();
    }

    /// <summary>Ends the removals that earlier processes left in the middle: an image that is used comes back, one that is not goes.</summary>
    private async Task SettleAsync(CancellationToken ending)
    {
        try
        {
            foreach (var hidden in HiddenImage.LeftBehind(images.Path))
            {
                using (hidden)
                    await SettleAsync(hidden, ending).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            // The node ends; the next one settles what is left.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.Warning("Images that were being removed are not settled: {Problem}", e.Message);
        }
    }

    private async Task SettleAsync(HiddenImage hidden, CancellationToken ending)
    {
        for (; ; )
        {
            try
            {
                await RefuseIfUsedAsync(hidden.Name, ending).ConfigureAwait(false);
                hidden.Delete();
                return;
            }
            catch (ApiProblem problem) when (problem.Kind == ProblemKind.Conflict)
            {
                hidden.Show();
                return;
            }
            catch (ApiProblem)
            {
                await Task.Delay(Pause, time, ending).ConfigureAwait(false); // no controller answers yet
            }
        }
    }

    private async Task RefuseIfUsedAsync(string name, CancellationToken cancellation)
    {
        var view = await gate.DescribeAsync(cancellation).ConfigureAwait(false);
        var snapshots = await gate.AskAsync<SnapshotsKnown>(new ListSnapshots(Most: UnknownName.MostListed + 1, Image: name), cancellation).ConfigureAwait(false);
        var users = view.Vms.Where(v => v.Image == name).Select(v => v.Name).Concat(snapshots.Snapshots.Select(s => $"snapshot {s.Name}")).ToList();
        if (users.Count > 0)
            throw new ApiProblem(ProblemKind.Conflict, $"The image '{name}' is used by {string.Join(", ", users.Take(UnknownName.MostListed))}{(users.Count > UnknownName.MostListed ? ", …" : "")}.");
    }

    private static ApiProblem Exists(string name) => new(ProblemKind.Conflict, $"There is an image '{name}' already: remove it first, or give another name.");
}
