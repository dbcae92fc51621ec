using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit.Abstractions;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>
/// The API before bytes that nobody should send: whatever comes, the answer is never a 500, what is refused is told as problem details, and the
/// cluster goes on. A long run: <c>TRAPLINE_HOSTILE_REQUESTS=50000 TRAPLINE_HOSTILE_SEED=1 dotnet test tests/Cluster.Tests -c Release --filter HostileRequest</c>.
/// </summary>
public sealed class HostileRequestTests(ClusterOfTwo cluster, ITestOutputHelper output) : IClassFixture<ClusterOfTwo>, IDisposable
{
    private static readonly string[] Names = ["nobody", "vm-1", "", "..", "%2e%2e%2f", "a%00b", "%ff%fe", "A", "-", new('x', 4000), "a%2Fb%2F..%2Fc", "%25", "\u00e4", "a b", "node1;x"];

    private static readonly string[] Values =
        ["null", "true", "-1", "1e999", "99999999999999999999", "\"\"", "\"\\u0000\"", "\"\\ud800\"", "[]", "[null]", "[[null]]", "[[\"node1\"],[\"node1\"]]", "{}", "\"minios\"", "\"nobody\"", $"\"{new string('y', 9000)}\""];

    private readonly Uri _api = new((string)JsonNode.Parse(File.ReadAllText(Path.Combine(cluster.Data, "cluster.json")))!["nodes"]!.AsArray().First(n => n!["api"] is not null)!["api"]!);
    private readonly string _token = File.ReadAllText(Path.Combine(cluster.Data, "api-token")).Trim();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, Expect100ContinueTimeout = TraplineCommand.Patience }) { Timeout = TraplineCommand.Patience };

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Whatever_is_sent_is_answered_with_problem_details_and_never_with_500()
    {
        var requests = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_HOSTILE_REQUESTS") ?? "600");
        var seed = int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_HOSTILE_SEED") ?? $"{Environment.ProcessId}");
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var paths = JsonNode.Parse(await _http.GetStringAsync(new Uri(_api, "/openapi.json")))!["paths"]!.AsObject();
        var routes = paths.SelectMany(p => p.Value!.AsObject().Select(o => (Method: o.Key.ToUpperInvariant(), Path: p.Key, Body: o.Value!["requestBody"]?["content"]?["application/json"]?["schema"]?["properties"]?.AsObject().Select(b => b.Key).ToArray() ?? []))).ToList();
        for (var i = 0; i < requests; i++)
        {
            var (method, path, fields) = routes[random.Next(routes.Count)];
            foreach (var part in path.Split('/').Where(part => part.StartsWith('{')))
                path = path.Replace(part, Pick(random, Names), StringComparison.Ordinal);
            path += random.Next(4) switch { 0 => "?from=-1", 1 => $"?{Pick(random, ["after", "limit", "port", "follow", "x", "typist"])}={Pick(random, Names)}", _ => "" };
            if (path.StartsWith("/v1/faults", StringComparison.Ordinal) && method == "PUT")
                fields = [.. fields, "groups"];
            using var request = new HttpRequestMessage(new HttpMethod(random.Next(8) == 0 ? Pick(random, ["PATCH", "TRACE", "BREW", "HEAD"]) : method), $"{_api.GetLeftPart(UriPartial.Authority)}{path}");
            var isTold = random.Next(6) != 0;
            if (isTold)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
            else
                request.Headers.TryAddWithoutValidation("Authorization", Pick(random, ["Bearer", "Bearer ", "Basic eDp5", $"Bearer {new string('0', 5000)}"]));
            if (random.Next(4) != 0 && !path.Contains("%00", StringComparison.Ordinal)) // a NUL is no path: the server answers and closes at once, and who still writes a body may miss the answer
                request.Content = Body(random, fields);
            await CheckAsync(request, $"request {i}: {request.Method} {path[..Math.Min(path.Length, 100)]}");
        }

        await GoesOnAsync();
    }

    [Theory]
    [InlineData("POST", "/v1/vms", 2_000_000, 413)]
    [InlineData("POST", "/v1/vms", 900_000, 400)]
    [InlineData("POST", "/v1/vms/nobody/migrate", 2_000_000, 413)]
    [InlineData("PUT", "/v1/faults/partition", 900_000, 400)]
    public async Task Bodies_have_a_limit_and_json_a_depth(string method, string path, int brackets, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_api, path)) { Content = new StringContent(new string('[', brackets)) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        request.Headers.ExpectContinue = true; // what is too long is refused unread: who sends all the same may find the connection closed before the answer
        Assert.Equal(status, await CheckAsync(request, $"{method} {path}"));
    }

    [Theory]
    [InlineData("no boundary", "multipart/form-data", "x")]
    [InlineData("a boundary and nothing", "multipart/form-data; boundary=b", "")]
    [InlineData("a part without end", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=kernel; filename=kernel\r\n\r\nx")]
    [InlineData("headers without end", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: LONG")]
    [InlineData("no kernel", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=append\r\n\r\nx\r\n--b--\r\n")]
    [InlineData("a NUL for the kernel", "multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data; name=append\r\n\r\na\0b\r\n--b--\r\n")]
    [InlineData("a long boundary", "multipart/form-data; boundary=LONG", "--b")]
    public async Task A_form_that_is_none_leaves_no_image(string what, string type, string form)
    {
        var many = new string('l', 100_000);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_api, "/v1/images/hostile")) { Content = new ByteArrayContent(Encoding.Latin1.GetBytes(form.Replace("LONG", many, StringComparison.Ordinal))) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type.Replace("LONG", many[..8000], StringComparison.Ordinal));
        Assert.Equal(400, await CheckAsync(request, what));
        Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(cluster.Data, "images"), "*hostile*"));
    }

    [Fact]
    public async Task Streams_and_sockets_that_end_in_the_middle_and_senders_that_say_little_hold_up_nobody()
    {
        await cluster.RunMiniosAsync("harassed");
        var open = new List<IDisposable>();
        for (var i = 0; i < 40; i++)
        {
            var stranger = new TcpClient();
            await stranger.ConnectAsync(_api.Host, _api.Port);
            var begin = (i % 4) switch
            {
                0 => $"GET /v1/events?follow=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_token}\r\n\r\n",
                1 => "POST /v1/vms HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\nAuthor", // goes on no further
                2 => $"POST /v1/vms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_token}\r\nContent-Length: 1000\r\n\r\n{{\"image\":",
                _ => "\0\u0001\u0002 not HTTP at all \r\n\r\n\r\n",
            };
            await stranger.GetStream().WriteAsync(Encoding.Latin1.GetBytes(begin));
            open.Add(stranger);

            var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader("Authorization", $"Bearer {_token}");
            await socket.ConnectAsync(new UriBuilder(_api) { Scheme = "ws", Path = "/v1/vms/harassed/console/attach" }.Uri, CancellationToken.None);
            await socket.SendAsync(new byte[] { 0, 255, 13 }, WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
            open.Add(socket);
        }

        await GoesOnAsync();
        foreach (var connection in open)
        {
            (connection as ClientWebSocket)?.Abort();
            (connection as TcpClient)?.Client.Close(0); // a reset, without a goodbye
            connection.Dispose();
        }

        await GoesOnAsync();
        Assert.Contains("version", await TypedAsync(), StringComparison.Ordinal);
        await cluster.Trapline.RunAsync("terminate", "harassed");
    }

    private async Task<string> TypedAsync()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_api, "/v1/vms/harassed/console")) { Content = new StringContent("\rversion\r") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        Assert.Equal(HttpStatusCode.OK, (await _http.SendAsync(request)).StatusCode);
        return await cluster.Trapline.UntilConsoleAsync("harassed", "version");
    }

    /// <summary>The controller is the process that it was, answers, and has no failure of its own in its log.</summary>
    private async Task GoesOnAsync()
    {
        Assert.Equal("ready\n", await _http.GetStringAsync(new Uri(_api, "/readyz")));
        var controller = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(cluster.Data, "cluster.json")))!["nodes"]!.AsArray().Single(n => (string)n!["name"]! == "controller1")!;
        Assert.Equal(1, (int)controller["starts"]!);
        Assert.DoesNotContain("A request to the API failed", string.Join('\n', RealCluster.LinesOf(Path.Combine(cluster.Data, "logs", "controller1.log"))), StringComparison.Ordinal);
    }

    private async Task<int> CheckAsync(HttpRequestMessage request, string what)
    {
        using var answer = await AnswerAsync(request, what);
        var status = (int)answer.StatusCode;
        Assert.True(status is < 500 or 503, $"{what}: {status} {await answer.Content.ReadAsStringAsync()}");
        if (status < 400 || request.Method == HttpMethod.Head)
            return status;
        var text = await answer.Content.ReadAsStringAsync();
        if (text.Length == 0 && status is 400 or 414 or 431)
            return status; // no HTTP that the server could read: nothing of ours has seen it
        Assert.True(answer.Content.Headers.ContentType?.MediaType == "application/problem+json", $"{what}: {status} {text}");
        var problem = JsonNode.Parse(text)!;
        Assert.Equal(status, (int)problem["status"]!);
        Assert.StartsWith("urn:trapline:", (string)problem["type"]!, StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["title"]!);
        Assert.NotEmpty((string)problem["detail"]!);
        return status;
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, string what)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException e)
        {
            throw new InvalidOperationException($"{what}: no answer", e);
        }
    }

    private static ByteArrayContent Body(Random random, string[] fields)
    {
        var text = random.Next(4) switch
        {
            0 => Pick(random, Values),
            1 => new string('[', random.Next(200)) + new string('{', random.Next(3)),
            _ => "{" + string.Join(',', fields.Append("image").Distinct().Where(_ => random.Next(3) != 0).Select(f => $"\"{f}\":{Pick(random, Values)}")) + "}",
        };
        var bytes = Encoding.Latin1.GetBytes(text);
        if (random.Next(4) == 0 && bytes.Length > 0)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation("Content-Type", Pick(random, ["application/json", "text/xml", "multipart/form-data; boundary=x", ";;", "application/json; charset=utf-7"]));
        return content;
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
