using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Trapline.TestSupport;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>Images of users: added, booted, refused, removed.</summary>
public sealed class ImageTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private static readonly string Minios = Repository.PathOf("guests", "images", "minios.elf");

    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task An_image_is_added_booted_and_removed_when_nobody_uses_it()
    {
        await Trapline.RunAsync("image", "add", Minios, "--name", "mine", "--disk-size", "16M", "--append", "quiet");
        var (code, _, errors) = await Trapline.TryAsync("image", "add", Minios, "--name", "mine");
        Assert.Equal(7, code);
        Assert.Contains("There is an image 'mine' already", errors, StringComparison.Ordinal);
        var mine = JsonNode.Parse(await Trapline.RunAsync("image", "ls", "--output", "json"))!.AsArray().Single(i => (string)i!["name"]! == "mine")!;
        Assert.True((bool)mine["added"]!);
        Assert.Equal(64, ((string)mine["sha256"]!["kernel"]!).Length);

        await Trapline.RunAsync("run", "--image", "mine", "--type", "highcpu.small", "--name", "own", "--wait", "--timeout", "100");
        Assert.Contains("disk 32768 sectors", await Trapline.UntilConsoleAsync("own", "minios: ready"), StringComparison.Ordinal);
        (code, _, errors) = await Trapline.TryAsync("image", "rm", "mine");
        Assert.Equal(7, code);
        Assert.Contains("is used by own", errors, StringComparison.Ordinal);

        await Trapline.RunAsync("stop", "own");
        await Trapline.UntilVmsAsync("it is stopped", vms => (string)vms["own"]["state"]! == "stopped");
        Assert.NotEmpty(Directory.EnumerateDirectories(Path.Combine(cluster.Data, "volumes")));
        await Trapline.RunAsync("terminate", "own");
        await Trapline.UntilVmsAsync("it is gone, and so is its disk", vms => vms.Count == 0 && !Directory.EnumerateDirectories(Path.Combine(cluster.Data, "volumes")).Any());
        await Trapline.RunAsync("image", "rm", "mine");
        Assert.Equal(6, (await Trapline.TryAsync("run", "--image", "mine")).Code);
        Assert.DoesNotContain(Directory.EnumerateDirectories(Path.Combine(cluster.Data, "images")), f => Path.GetFileName(f).Contains("mine", StringComparison.Ordinal));
        (code, _, errors) = await Trapline.TryAsync("image", "rm", "minios");
        Assert.Equal(7, code);
        Assert.Contains("comes with Trapline", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_boot_is_refused_by_the_command_and_by_the_api()
    {
        var (code, _, errors) = await Trapline.TryAsync("image", "add", "/bin/sh", "--name", "shell");
        Assert.Equal(2, code);
        Assert.Contains("for another processor", errors, StringComparison.Ordinal);
        Assert.Contains("there is no file", (await Trapline.TryAsync("image", "add", "/nowhere", "--name", "shell")).Errors, StringComparison.Ordinal);

        using var http = new HttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Path.Combine(cluster.Data, "api-token"))).Trim());
        var api = (string)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(cluster.Data, "cluster.json")))!["nodes"]![0]!["api"]!;
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(http, $"{api}/v1/images/evil", ("kernel", "not a kernel"u8.ToArray())));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(http, $"{api}/v1/images/evil", ("../../kernel", await File.ReadAllBytesAsync(Minios))));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(http, $"{api}/v1/images/..%2fevil", ("kernel", await File.ReadAllBytesAsync(Minios))));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(http, $"{api}/v1/images/evil", ("initrd", "alone"u8.ToArray())));
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(Path.Combine(cluster.Data, "images")), f => f.Contains("evil", StringComparison.Ordinal));
    }

    private static async Task<HttpStatusCode> SendAsync(HttpClient http, string path, (string Name, byte[] Bytes) part)
    {
        using var content = new MultipartFormDataContent { { new ByteArrayContent(part.Bytes), part.Name, "file" } };
        using var answer = await http.PostAsync(new Uri(path), content);
        return answer.StatusCode;
    }
}
