using System.Net;
using System.Text;
using Trapline.Cli.Client;
using Trapline.Shared.Api;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>Requests while there is no controller: what is asked again, what is not, and for how long.</summary>
public sealed class ControllerWaitTests
{
    private const string NoController = """{"type":"urn:trapline:no-controller","title":"t","status":503,"detail":"No controller has answered within 5 s."}""";
    private const string JournalFails = """{"type":"urn:trapline:unavailable","title":"t","status":503,"detail":"Nothing is decided now: the disk is full."}""";
    private const string Accepted = """{"vms":["vm-1"],"generation":7}""";

    private readonly List<string> _asked = [];
    private readonly List<string> _said = [];

    [Fact]
    public async Task A_read_is_asked_again_until_there_is_a_controller()
    {
        using var api = Client((number, _) => number switch
        {
            1 or 2 => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"), // both nodes
            3 => Answer(HttpStatusCode.ServiceUnavailable, NoController),
            4 => throw new HttpRequestException(HttpRequestError.ResponseEnded, "cut"),
            _ => Answer(HttpStatusCode.OK, "[]"),
        });
        Assert.Empty(await api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, CancellationToken.None));
        Assert.Equal(5, _asked.Count);
        Assert.Empty(_said); // it was back within a second
    }

    [Fact]
    public async Task A_change_is_asked_for_once_and_only_when_a_controller_answers()
    {
        using var api = Client((number, request) => request.Method == HttpMethod.Get && number <= 2 ? Answer(HttpStatusCode.ServiceUnavailable, NoController) : Answer(HttpStatusCode.OK, Accepted));
        Assert.Equal(7, (await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None)).Generation);
        Assert.Equal(["GET /readyz", "GET /readyz", "GET /readyz", "POST /v1/vms/web/stop"], _asked);

        // One that has just answered is not asked whether it is there.
        await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/start", CancellationToken.None);
        Assert.Equal("POST /v1/vms/web/start", _asked[^1]);
        Assert.Equal(5, _asked.Count);
    }

    [Fact]
    public async Task A_change_that_may_have_been_made_is_not_asked_for_again()
    {
        using var api = Client((_, request) => request.Method == HttpMethod.Get ? Answer(HttpStatusCode.OK, "ready\n") : Answer(HttpStatusCode.ServiceUnavailable, NoController));
        var e = await Assert.ThrowsAsync<NoControllerException>(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/reboot", CancellationToken.None));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
        Assert.Equal(["GET /readyz", "POST /v1/vms/web/reboot"], _asked);
    }

    [Fact]
    public async Task A_change_that_reached_nobody_is_asked_for_again()
    {
        using var api = Client((number, request) => request.Method == HttpMethod.Post && number <= 3
            ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
            : Answer(HttpStatusCode.OK, Accepted));
        Assert.Equal(7, (await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/reboot", CancellationToken.None)).Generation);
        Assert.Equal(3, _asked.Count(a => a.StartsWith("POST", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_journal_that_fails_is_told_at_once()
    {
        using var api = Client((_, _) => Answer(HttpStatusCode.ServiceUnavailable, JournalFails));
        var e = await Assert.ThrowsAsync<CliException>(() => api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, CancellationToken.None));
        Assert.Equal((ExitCodes.Unavailable, "Nothing is decided now: the disk is full."), (e.ExitCode, e.Message));
        Assert.Single(_asked);
    }

    [Fact]
    public async Task Where_no_controller_can_come_nothing_is_waited_for()
    {
        using var api = Client((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"), mayCome: () => false);
        var e = await Assert.ThrowsAsync<NoControllerException>(() => api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, CancellationToken.None));
        Assert.Contains("no controller can be reached at http://127.0.0.1:1/, http://127.0.0.1:2/", e.Message, StringComparison.Ordinal);
        Assert.Equal(2, _asked.Count);
    }

    [Fact]
    public async Task The_wait_ends_and_is_told_after_a_second()
    {
        using var api = Client((_, _) => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"), most: TimeSpan.FromSeconds(1.5));
        var e = await Assert.ThrowsAsync<CliException>(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
        Assert.StartsWith("no controller has answered within", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("POST /v1/vms/web/stop", _asked);
        Assert.StartsWith("no controller has answered yet", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_breaks_goes_on_behind_its_last_item()
    {
        using var api = Client((number, _) => number switch
        {
            1 => Answer(HttpStatusCode.OK, Event(4) + Event(5)),
            2 => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"),
            3 => Answer(HttpStatusCode.OK, Event(6)),
            _ => Answer(HttpStatusCode.NotFound, """{"type":"urn:trapline:not-found","title":"t","status":404,"detail":"It is over."}"""),
        });
        var seen = new List<long>();
        var e = await Assert.ThrowsAsync<CliException>(async () =>
        {
            await foreach (var next in api.FollowOnAsync(last => $"/events?after={last?.Generation ?? 0}", ApiJson.Default.EventView, CancellationToken.None))
                seen.Add(next.Generation);
        });
        Assert.Equal("It is over.", e.Message);
        Assert.Equal([4, 5, 6], seen);
        Assert.Equal(["GET /events?after=0", "GET /events?after=5", "GET /events?after=5", "GET /events?after=6"], _asked);
    }

    private static string Event(int generation) => $$"""data: {"generation":{{generation}},"at":"2026-01-02T03:04:05Z","kind":"vm-started","text":"vm-1 #1 runs"}""" + "\n\n";

    private ApiClient Client(Func<int, HttpRequestMessage, HttpResponseMessage> answer, Func<bool>? mayCome = null, TimeSpan? most = null)
    {
        var wait = new ControllerWait(mayCome ?? (() => true), _said.Add, TimeProvider.System) { Most = most ?? TraplineProcess.Patience };
        return new ApiClient([new Uri("http://127.0.0.1:1"), new Uri("http://127.0.0.1:2")], "token", wait, new StubHandler(request =>
        {
            _asked.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
            return answer(_asked.Count, request);
        }));
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, string text) => new(status) { Content = new StringContent(text, Encoding.UTF8) };

    private sealed class StubHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
    }
}
