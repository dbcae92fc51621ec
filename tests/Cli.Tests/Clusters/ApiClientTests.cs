using System.Net;
using System.Net.Sockets;
using System.Text;
using Trapline.Cli.Client;
using Trapline.Shared.Api;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>What the client makes of an API's answers.</summary>
public sealed class ApiClientTests
{
    private static readonly Uri First = new("http://127.0.0.1:1");
    private static readonly Uri Second = new("http://127.0.0.1:2");

    [Theory]
    [InlineData(HttpStatusCode.NotFound, ExitCodes.NotFound)]
    [InlineData(HttpStatusCode.Conflict, ExitCodes.Conflict)]
    [InlineData(HttpStatusCode.BadRequest, ExitCodes.Usage)]
    [InlineData(HttpStatusCode.ServiceUnavailable, ExitCodes.Unavailable)]
    [InlineData(HttpStatusCode.InternalServerError, ExitCodes.HypervisorFault)]
    public async Task Problem_details_become_a_message_and_an_exit_code(HttpStatusCode status, int exitCode)
    {
        using var api = Client(_ => Answer(status, """{"type":"urn:trapline:x","title":"t","status":1,"detail":"There is no VM 'web'."}"""));
        var e = await Assert.ThrowsAnyAsync<CliException>(() => api.GetAsync("/v1/vms/web", ApiJson.Default.VmView, CancellationToken.None));
        Assert.Equal("There is no VM 'web'.", e.Message);
        Assert.Equal(exitCode, e.ExitCode);
    }

    [Fact]
    public async Task A_controller_that_cannot_be_reached_is_passed_over()
    {
        var asked = new List<Uri>();
        using var api = Client(request =>
        {
            asked.Add(request.RequestUri!);
            return request.RequestUri!.Port == 1
                ? throw new HttpRequestException(HttpRequestError.ConnectionError, "refused")
                : Answer(HttpStatusCode.Accepted, """{"vms":["vm-1"],"generation":7}""");
        });
        var accepted = await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None);
        Assert.Equal(7, accepted.Generation);
        Assert.Equal([new Uri(First, "/v1/vms/web/stop"), new Uri(Second, "/v1/vms/web/stop")], asked);
    }

    /// <summary>As the HTTP client has it when it asks a socket for the other end's address which has just died.</summary>
    [Fact]
    public async Task A_controller_that_dies_while_it_is_connected_to_is_passed_over()
    {
        using var api = Client(request => request.RequestUri!.Port == 1
            ? throw new SocketException((int)SocketError.NotConnected)
            : Answer(HttpStatusCode.Accepted, """{"vms":["vm-1"],"generation":7}"""));
        Assert.Equal(7, (await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None)).Generation);

        using var alone = Client(_ => throw new SocketException((int)SocketError.NotConnected));
        var e = await Assert.ThrowsAnyAsync<CliException>(() => alone.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, CancellationToken.None));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
    }

    [Fact]
    public async Task When_none_can_be_reached_all_are_named()
    {
        using var api = Client(_ => throw new HttpRequestException(HttpRequestError.ConnectionError, "refused"));
        var e = await Assert.ThrowsAnyAsync<CliException>(() => api.GetAsync("/v1/vms", ApiJson.Default.ImmutableArrayVmView, CancellationToken.None));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode);
        Assert.Contains(":1/", e.Message, StringComparison.Ordinal);
        Assert.Contains(":2/", e.Message, StringComparison.Ordinal);
    }

    /// <summary>Which addresses are there changes while many calls run at a time: each call finds one that is, and none is ever forgotten.</summary>
    [Fact]
    public async Task Calls_at_a_time_find_the_one_of_three_controllers_that_can_be_reached()
    {
        var reachable = 1;
        Uri[] all = [First, Second, new Uri("http://127.0.0.1:3")];
        using var api = new ApiClient(all, "token", handler: new StubHandler(async request =>
        {
            await Task.Yield();
            return request.RequestUri!.Port == Volatile.Read(ref reachable)
                ? Answer(HttpStatusCode.Accepted, """{"vms":[],"generation":7}""")
                : throw new HttpRequestException(HttpRequestError.ConnectionError, "refused");
        }));
        for (var round = 0; round < 300; round++)
        {
            Volatile.Write(ref reachable, 1 + (round % 3));
            var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None))));
            Assert.All(answers, answer => Assert.Equal(7, answer.Generation));
        }

        Volatile.Write(ref reachable, 0);
        var e = await Assert.ThrowsAnyAsync<CliException>(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None));
        Assert.All(all, address => Assert.Contains(address.ToString(), e.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_node_that_finds_no_controller_is_asked_last_the_next_time()
    {
        using var api = Client(request => request.RequestUri!.Port == 1
            ? Answer(HttpStatusCode.ServiceUnavailable, """{"type":"urn:trapline:unavailable","title":"t","status":503,"detail":"No controller has answered."}""")
            : Answer(HttpStatusCode.Accepted, """{"vms":[],"generation":7}"""));
        var e = await Assert.ThrowsAnyAsync<CliException>(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None));
        Assert.Equal(ExitCodes.Unavailable, e.ExitCode); // the change may have been made: it is not asked for twice
        Assert.Equal(7, (await api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/stop", CancellationToken.None)).Generation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("<html>")]
    public async Task An_answer_that_is_none_is_said_to_be_so(string text)
    {
        using var api = Client(_ => Answer(HttpStatusCode.OK, text));
        var e = await Assert.ThrowsAnyAsync<CliException>(() => api.GetAsync("/v1/vms/web", ApiJson.Default.VmView, CancellationToken.None));
        Assert.Contains("cannot be read", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_connection_is_no_reason_to_ask_twice()
    {
        var asked = 0;
        using var api = Client(_ =>
        {
            asked++;
            throw new HttpRequestException(HttpRequestError.ResponseEnded, "cut");
        });
        await Assert.ThrowsAnyAsync<CliException>(() => api.ChangeAsync(HttpMethod.Post, "/v1/vms/web/reboot", CancellationToken.None));
        Assert.Equal(1, asked);
    }

    [Fact]
    public async Task Server_sent_events_are_read_one_by_one()
    {
        const string Stream = ": here it begins\n\nid: 4\ndata: {\"generation\":4,\"at\":\"2026-01-02T03:04:05Z\",\"kind\":\"vm-started\",\"text\":\"vm-1 #1 runs\"}\n\n: still here\n\nid: 5\ndata: {\"generation\":5,\"at\":\"2026-01-02T03:04:06Z\",\"kind\":\"host-lost\",\"text\":\"x\"}\n\n";
        using var api = Client(_ => Answer(HttpStatusCode.OK, Stream));
        var kinds = new List<string>();
        await foreach (var e in api.FollowAsync("/v1/events?follow=true", ApiJson.Default.EventView, CancellationToken.None))
            kinds.Add($"{e.Generation} {e.Kind}");
        Assert.Equal(["4 vm-started", "5 host-lost"], kinds);
    }

    private static ApiClient Client(Func<HttpRequestMessage, HttpResponseMessage> answer) => new([First, Second], "token", handler: new StubHandler(request => Task.FromResult(answer(request))));

    private static HttpResponseMessage Answer(HttpStatusCode status, string text) => new(status) { Content = new StringContent(text, Encoding.UTF8) };

    private sealed class StubHandler(Func<HttpRequestMessage, Task<HttpResponseMessage>> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Assert.Equal("Bearer token", request.Headers.Authorization?.ToString());
            return answer(request);
        }
    }
}
