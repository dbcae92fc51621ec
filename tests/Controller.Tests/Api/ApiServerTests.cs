using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Akka.Actor;
using Trapline.Controller.Api;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;
using Trapline.Shared.Faults;
using Trapline.Shared.Ids;
using Trapline.Shared.Vms;
using Trapline.TestSupport;

namespace Trapline.Controller.Tests.Api;

/// <summary>The API over real HTTP, before a stand-in for the controller that remembers what it was asked.</summary>
public sealed class ApiServerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("trapline-");
    private readonly ActorSystem _system = ActorSystem.Create("api-tests");
    private readonly List<object> _asked = [];
    private readonly HttpClient _http = new();
    private ApiServer _server = null!;
    private string _token = "";

    public async Task InitializeAsync()
    {
        var image = Directory.CreateDirectory(Path.Combine(_data.FullName, "images", "minios"));
        await File.WriteAllTextAsync(Path.Combine(image.FullName, "image.json"), """{ "kernel": "minios.elf" }""");
        var gate = _system.ActorOf(Props.Create(() => new StandIn(_asked)));
        var port = FreePort.Choose();
        _server = await ApiServer.StartAsync(new ApiSettings(new IPEndPoint(IPAddress.Loopback, port), _data.FullName, FaultInjection: true), _system, gate, TimeProvider.System);
        _token = (await File.ReadAllTextAsync(ApiToken.PathIn(_data.FullName))).Trim();
        _http.BaseAddress = new Uri($"http://127.0.0.1:{port}");
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token);
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _server.DisposeAsync();
        await _system.Terminate();
        _data.Delete(recursive: true);
    }

    [Fact]
    public async Task Only_who_has_the_token_may_look_or_change()
    {
        using var stranger = new HttpClient { BaseAddress = _http.BaseAddress };
        var answer = await stranger.GetAsync("/v1/vms");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        stranger.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _token + "0");
        Assert.Equal(HttpStatusCode.Unauthorized, (await stranger.DeleteAsync("/v1/vms/web")).StatusCode);
        Assert.Empty(_asked);
        Assert.Equal("ok\n", await stranger.GetStringAsync("/healthz"));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(ApiToken.PathIn(_data.FullName)));
        Assert.Equal(_token, ApiToken.ReadOrCreate(_data.FullName));
    }

    [Fact]
    public async Task A_partition_is_laid_down_where_nodes_find_it_without_the_network_and_taken_away_again()
    {
        var folder = new FaultFolder(_data.FullName);
        folder.Write(new FaultyNode("node1", "127.0.0.1", 1, null));
        folder.Write(new FaultyNode("node2", "127.0.0.1", 2, null));

        var wrong = await _http.PutAsync("/v1/faults/partition", new StringContent("""{ "groups": [["node1"], ["node7"]] }"""));
        Assert.Equal(HttpStatusCode.NotFound, wrong.StatusCode);
        Assert.Equal("There is no node 'node7'. Nodes: node1, node2.", (string)JsonNode.Parse(await wrong.Content.ReadAsStringAsync())!["detail"]!);

        var cut = await _http.PutAsync("/v1/faults/partition", new StringContent("""{ "groups": [["node1"]], "oneWay": true }"""));
        Assert.Contains("\"pending\":[\"node1\",\"node2\"]", await cut.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("node1 > node2", folder.ReadPartition()!.Text);

        var healed = await _http.DeleteAsync("/v1/faults/partition");
        Assert.Equal("""{"pending":[]}""", await healed.Content.ReadAsStringAsync());
        Assert.Null(folder.ReadPartition());
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_request_reaches_the_controller_as_its_message()
    {
        var answer = await PostAsync("/v1/vms", """{ "image": "minios", "name": "web", "count": 2, "restart": "on-failure", "group": "front", "affinity": "apart" }""");
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
        var define = Assert.IsType<DefineVms>(Assert.Single(_asked));
        Assert.Equal(new VmSpec("web", new ImageName("minios"), "standard.small", null, RestartPolicy.OnFailure, new GroupName("front"), GroupAffinity.Apart), define.Spec);
        Assert.Equal(2, define.Count);
        Assert.Equal(new ImageName("minios"), Assert.Single(define.KnownImages));
        Assert.Equal("""{"vms":["vm-1"],"generation":7}""", await answer.Content.ReadAsStringAsync());

        await _http.DeleteAsync("/v1/vms/web");
        await PostAsync("/v1/vms/web/migrate", """{ "to": "node2" }""");
        await PostAsync("/v1/nodes/node1/drain", "");
        await PostAsync("/v1/nodes/node1/died", """{ "boot": "b00000001", "witness": "a test" }""");
        Assert.Equal(
            [
                new WishForVm("web", VmWish.Terminate), new MoveVm("web", "node2"), new WishForHost("node1", HostWish.Drain),
                new HostDied(new HostId("node1"), new BootId("b00000001"), "a test"),
            ],
            _asked.Skip(1));
    }

    [Theory]
    [InlineData("/v1/vms/missing/start", "", 404, "urn:trapline:not-found")]
    [InlineData("/v1/vms/busy/start", "", 409, "urn:trapline:conflict")]
    [InlineData("/v1/vms", "{ \"image\": ", 400, "urn:trapline:invalid")]
    [InlineData("/v1/vms", "{ \"image\": \"minios\", \"restart\": \"sometimes\" }", 400, "urn:trapline:invalid")]
    [InlineData("/v1/vms", "{ \"image\": \"../minios\" }", 404, "urn:trapline:not-found")]
    [InlineData("/v1/no.where", "", 404, "urn:trapline:not-found")]
    [InlineData("/v1/types", "", 404, "urn:trapline:not-found")]
    [InlineData("/v1/nowhere", "", 404, "urn:trapline:not-found")]
    public async Task What_is_refused_is_told_as_problem_details(string path, string body, int status, string type)
    {
        var answer = await PostAsync(path, body);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal(type, (string?)problem["type"]);
        Assert.Equal(status, (int)problem["status"]!);
        Assert.NotEmpty((string)problem["detail"]!);
    }

    [Fact]
    public async Task The_description_has_every_route_that_is_served_with_its_parameters_and_answers()
    {
        var document = JsonNode.Parse(await _http.GetStringAsync("/openapi.json"))!;
        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var operations = document["paths"]!.AsObject().SelectMany(p => p.Value!.AsObject().Select(o => (Method: o.Key.ToUpperInvariant(), Path: p.Key, Operation: o.Value!))).ToList();
        Assert.Equal(_server.Served.Order(), operations.Select(o => (o.Method, o.Path)).Order());
        Assert.Equal(operations.Count, operations.Select(o => (string)o.Operation["operationId"]!).Distinct().Count());
        foreach (var (method, path, operation) in operations)
        {
            Assert.NotEmpty((string)operation["summary"]!);
            var parameters = operation["parameters"]?.AsArray() ?? [];
            var inPath = path.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'));
            Assert.Equal(inPath, parameters.Where(p => (string)p!["in"]! == "path").Select(p => (string)p!["name"]!));
            var responses = operation["responses"]!.AsObject();
            Assert.Single(responses, r => r.Key[0] is '1' or '2');
            Assert.Equal(path is not ("/healthz" or "/readyz" or "/metrics" or "/openapi.json"), responses.ContainsKey("401"));
            Assert.All(responses.Where(r => r.Key[0] is '4' or '5' or 'd'), r => Assert.NotNull(r.Value!["content"]!["application/problem+json"]));
            Assert.True(method is "GET" or "DELETE" || operation["requestBody"] is not null || responses.ContainsKey("404"), $"{method} {path}");
        }

        Assert.NotNull(document["paths"]!["/v1/vms"]!["post"]!["requestBody"]!["content"]!["application/json"]!["schema"]!["properties"]!["image"]);
        Assert.Equal(["200", "400", "401", "503", "default"], document["paths"]!["/v1/events"]!["get"]!["responses"]!.AsObject().Select(r => r.Key));
        Assert.Contains("urn:trapline:no-capacity", document["components"]!["schemas"]!["Problem"]!["properties"]!["type"]!["enum"]!.AsArray().Select(t => (string)t!));
    }

    [Fact]
    public async Task What_may_be_left_out_of_an_answer_is_required_nowhere_in_the_description()
    {
        var document = JsonNode.Parse(await _http.GetStringAsync("/openapi.json"))!;
        var vm = document["paths"]!["/v1/vms"]!["get"]!["responses"]!["200"]!["content"]!["application/json"]!["schema"]!["items"]!;
        Assert.Contains("name", vm["required"]!.AsArray().Select(n => (string)n!));
        foreach (var type in Objects(document))
        {
            foreach (var name in type["required"]!.AsArray().Select(n => (string)n!))
                Assert.False(type["properties"]![name]!["type"] is JsonArray types && types.Any(t => (string?)t == "null"), $"{name} of {type.ToJsonString()}");
        }

        static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
        {
            JsonObject type => type.SelectMany(p => Objects(p.Value)).Concat(type["required"] is JsonArray && type["properties"] is JsonObject ? [type] : []),
            JsonArray array => array.SelectMany(Objects),
            _ => [],
        };
    }

    [Fact]
    public async Task Answers_have_the_status_that_the_description_gives_and_a_misspelt_parameter_is_refused()
    {
        var document = JsonNode.Parse(await _http.GetStringAsync("/openapi.json"))!;
        foreach (var (method, path, body) in new[]
                 {
                     ("GET", "/v1/vms", ""), ("POST", "/v1/vms", """{ "image": "minios" }"""), ("POST", "/v1/nodes/{node}/drain", ""), ("DELETE", "/v1/vms/{vm}", ""),
                     ("GET", "/v1/types", ""), ("GET", "/v1/images", ""), ("GET", "/healthz", ""), ("GET", "/metrics", ""), ("GET", "/v1/faults/partition", ""),
                 })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path.Replace("{vm}", "web", StringComparison.Ordinal).Replace("{node}", "node1", StringComparison.Ordinal)) { Content = new StringContent(body) };
            var answer = await _http.SendAsync(request);
            Assert.Contains(document["paths"]![path]![method.ToLowerInvariant()]!["responses"]!.AsObject(), r => r.Key == $"{(int)answer.StatusCode}");
        }

        var misspelt = await _http.GetAsync(new Uri("/v1/events?folow=true", UriKind.Relative));
        Assert.Equal(HttpStatusCode.BadRequest, misspelt.StatusCode);
        Assert.Equal("There is no parameter 'folow'. Did you mean 'follow'? Parameters: after, follow.", (string)JsonNode.Parse(await misspelt.Content.ReadAsStringAsync())!["detail"]!);
    }

    [Fact]
    public async Task Health_readiness_and_metrics_need_no_token_and_say_what_they_should()
    {
        using var stranger = new HttpClient { BaseAddress = _http.BaseAddress };
        Assert.Equal("ok\n", await stranger.GetStringAsync("/healthz"));
        Assert.Equal("ready\n", await stranger.GetStringAsync("/readyz"));
        var answer = await stranger.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        var metrics = await answer.Content.ReadAsStringAsync();
        Assert.Contains("# TYPE trapline_vms gauge\ntrapline_vms{state=\"running\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("trapline_node_memory_used_mib{node=\"node1\"} 128\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_vm_is_asked_for_alone()
    {
        Assert.Equal("running", (string?)JsonNode.Parse(await _http.GetStringAsync("/v1/vms/web"))!["state"]);
        Assert.Equal([new DescribeVm("web")], _asked);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync("/v1/vms/other")).StatusCode);
    }

    [Fact]
    public async Task Volumes_come_in_pages_and_only_left_over_ones_are_deleted()
    {
        var first = JsonNode.Parse(await _http.GetStringAsync("/v1/volumes?limit=2"))!.AsArray();
        Assert.Equal(["vm-1/disk0 in use", "vm-2/disk0 left over"], first.Select(v => $"{v!["id"]} {v["state"]}"));
        Assert.Equal("vm-3/disk0", (string?)Assert.Single(JsonNode.Parse(await _http.GetStringAsync("/v1/volumes?limit=2&after=vm-2"))!.AsArray())!["id"]);
        Assert.Empty(JsonNode.Parse(await _http.GetStringAsync("/v1/volumes?after=vm-3"))!.AsArray());
        foreach (var wrong in new[] { "limit=0", "limit=100000", "limit=x", "after=../etc" })
            Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync($"/v1/volumes?{wrong}")).StatusCode);

        Assert.Equal(HttpStatusCode.Accepted, (await _http.DeleteAsync("/v1/volumes/vm-2")).StatusCode);
        Assert.Contains(new RemoveVolumes("vm-2", Found: true), _asked);
        var refused = await _http.DeleteAsync("/v1/volumes/vm-1");
        Assert.Equal((HttpStatusCode.Conflict, "application/problem+json"), (refused.StatusCode, refused.Content.Headers.ContentType!.MediaType));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync("/v1/volumes/vm-9")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.DeleteAsync("/v1/volumes/..%2Fjournal")).StatusCode);
    }

    [Fact]
    public async Task Events_are_followed_as_server_sent_events()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var stream = await _http.GetStreamAsync(new Uri("/v1/events?follow=true&after=3", UriKind.Relative), patience.Token);
        using var reader = new StreamReader(stream);
        string? line;
        do
            line = await reader.ReadLineAsync(patience.Token);
        while (line?.StartsWith("data: ", StringComparison.Ordinal) == false);
        Assert.Equal("vm-1 #1 runs", (string?)JsonNode.Parse(line!["data: ".Length..])!["text"]);
        Assert.Contains(new EventsAfter(3, 500), _asked);
    }

    private Task<HttpResponseMessage> PostAsync(string path, string body) => _http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    /// <summary>In the place of a host: the volumes of three VMs, one of which there is.</summary>
    private sealed class StandInHost : ReceiveActor
    {
        public StandInHost() => Receive<ListVolumes>(list => Sender.Tell(new VolumesFound([.. new[] { "vm-1", "vm-2", "vm-3" }
            .Where(vm => (list.Of is not { } of || of.Value == vm) && (list.After is not { } after || string.CompareOrdinal(vm, after.Value) > 0))
            .Take(list.Most ?? int.MaxValue)
            .Select(vm => new VolumeFigures(new VmId(vm), "disk0", 1 << 20, 4096, new Incarnation(4)))])));
    }

    private sealed class StandIn : ReceiveActor
    {
        private static readonly VmView Web = new() { Id = "vm-1", Name = "web", Image = "minios", Type = "standard.small", State = VmStates.Running, Desired = "running", Node = "node1", Incarnation = 1, Restart = "always", Affinity = "none" };

        private static readonly DateTimeOffset At = new(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);

        public StandIn(List<object> asked)
        {
            Receive<DescribeCluster>(_ => Sender.Tell(new ClusterDescription(new ClusterView(
                7,
                At,
                [new NodeView("node1", "b00000001", "alive", "schedulable", 1, 800, 100, 4096, 128, null)],
                [Web]))));
            var host = Context.ActorOf(Props.Create(() => new StandInHost())).Path.ToString();
            Receive<DescribeNodes>(_ => Sender.Tell(new ClusterDescription(new ClusterView(7, At, [new NodeView("node1", "b00000001", "alive", "schedulable", 1, 800, 100, 4096, 128, host)], []))));
            ReceiveAny(question =>
            {
                asked.Add(question);
                Sender.Tell(question switch
                {
                    WishForVm { Vm: "missing" } => new Rejected(RejectionKind.NotFound, "There is no VM 'missing'. VMs: web."),
                    WishForVm { Vm: "busy" } => new Rejected(RejectionKind.Conflict, "busy is Terminated."),
                    DescribeVm describe => describe.Vm == "web" ? new VmDescription(Web) : new Rejected(RejectionKind.NotFound, "There is no VM. VMs: web."),
                    RemoveVolumes { Vm: "vm-1" } => new Rejected(RejectionKind.Conflict, "The volumes of vm-1 are used by web."),
                    RemoveVolumes { Found: false } => new Rejected(RejectionKind.NotFound, "There is no volume of it."),
                    DescribeVms describe => new VmsDescribed([.. describe.Vms.Where(vm => vm.Value == Web.Id).Select(_ => Web)]),
                    EventsAfter after => new EventsKept(after.Generation < 4 ? [new EventView(4, At, "vm-started", "vm-1", "web", "node1", 1, "vm-1 #1 runs")] : [], 7),
                    _ => new Accepted([new VmId("vm-1")], 7),
                });
            });
        }
    }
}
