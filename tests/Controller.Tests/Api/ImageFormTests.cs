using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Akka.Actor;
using Trapline.Controller.Api;
using Trapline.Shared.Api;
using Trapline.TestSupport;

namespace Trapline.Controller.Tests.Api;

/// <summary>The description of the form in which an image is sent, held against the route that takes it.</summary>
public sealed class ImageFormTests : IAsyncLifetime
{
    private static readonly byte[] Kernel = File.ReadAllBytes(Repository.PathOf("guests", "images", "minios.elf"));

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly ActorSystem _system = ActorSystem.Create("image-form-tests");
    private readonly HttpClient _http = new();
    private ApiServer _server = null!;
    private JsonObject _form = null!;
    private int _images;

    public async Task InitializeAsync()
    {
        var port = FreePort.Choose();
        _server = await ApiServer.StartAsync(new ApiSettings(new IPEndPoint(IPAddress.Loopback, port), _data.FullName), _system, _system.ActorOf(Props.Create(() => new Nobody())), TimeProvider.System);
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(ApiToken.PathIn(_data.FullName))).Trim());
        var add = JsonNode.Parse(await _http.GetStringAsync("/openapi.json"))!["paths"]!["/v1/images/{image}"]!["post"]!;
        _form = add["requestBody"]!["content"]!["multipart/form-data"]!["schema"]!.AsObject();
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _system.Terminate();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_part_that_is_described_is_taken_and_no_other()
    {
        var parts = _form["properties"]!.AsObject().Select(p => p.Key).ToList();
        Assert.Equal(["append", "disk", "disk-mib", "firmware", "initrd", "kernel"], parts.Order(StringComparer.Ordinal));
        foreach (var part in parts)
            Assert.Equal((part, HttpStatusCode.Created), (part, await SendAsync(part is "kernel" or "firmware" ? [part] : ["kernel", part])));
        Assert.False((bool)_form["additionalProperties"]!);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(["kernel", "something"]));
    }

    [Fact]
    public async Task What_excludes_each_other_is_refused_together()
    {
        var starts = _form["oneOf"]!.AsArray().Select(one => (string)Assert.Single(one!["required"]!.AsArray())!).ToArray();
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(starts));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(["append"]));
        string[] never = ["kernel", .. _form["not"]!["required"]!.AsArray().Select(part => (string)part!)];
        Assert.Equal(3, never.Length);
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(never));
    }

    [Fact]
    public async Task Limits_are_those_of_the_route()
    {
        var size = _form["properties"]!["disk-mib"]!;
        foreach (var (value, status) in new[]
                 {
                     ((int)size["minimum"]!, HttpStatusCode.Created), ((int)size["minimum"]! - 1, HttpStatusCode.BadRequest),
                     ((int)size["maximum"]!, HttpStatusCode.Created), ((int)size["maximum"]! + 1, HttpStatusCode.BadRequest),
                 })
            Assert.Equal((value, status), (value, await SendAsync(["kernel", "disk-mib"], $"{value}")));
        var longest = (int)_form["properties"]!["append"]!["maxLength"]!;
        Assert.Equal(HttpStatusCode.Created, await SendAsync(["kernel", "append"], new string('x', longest)));
        Assert.Equal(HttpStatusCode.BadRequest, await SendAsync(["kernel", "append"], new string('x', longest + 1)));
    }

    /// <summary>Sends an image with these parts; files are such as can be used.</summary>
    private async Task<HttpStatusCode> SendAsync(string[] parts, string text = "1")
    {
        using var form = new MultipartFormDataContent();
        foreach (var part in parts)
        {
            if ((string?)_form["properties"]![part]?["contentMediaType"] is not null)
                form.Add(new ByteArrayContent(part is "kernel" or "firmware" ? Kernel : new byte[512]), part, part);
            else
                form.Add(new StringContent(text), part);
        }

        using var answer = await _http.PostAsync(new Uri($"/v1/images/i{_images++}", UriKind.Relative), form);
        return answer.StatusCode;
    }

    /// <summary>In the place of the controller, which is not asked.</summary>
    private sealed class Nobody : ReceiveActor
    {
        public Nobody() => ReceiveAny(_ => { });
    }
}
