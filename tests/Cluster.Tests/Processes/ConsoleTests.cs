using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>Consoles: on the disk, over restarts, and attached by people who are slow or vanish.</summary>
public sealed class ConsoleTests(ClusterOfTwo cluster) : IClassFixture<ClusterOfTwo>
{
    private TraplineCommand Trapline => cluster.Trapline;

    [Fact]
    public async Task What_was_printed_before_a_node_was_killed_is_shown_after_it()
    {
        await cluster.RunMiniosAsync("before");
        await Trapline.RunAsync("fault", "guest-panic", "before");
        await Trapline.UntilVmsAsync("before is back", vms => (long)vms["before"]["incarnation"]! == 2 && (string)vms["before"]["state"]! == "running");
        await Trapline.UntilConsoleAsync("before", "minios: ready");
        await Trapline.RunAsync("fault", "node-kill", (string)(await Trapline.VmsAsync())["before"]["node"]!);
        await Trapline.UntilVmsAsync("before is back again", vms => (long)vms["before"]["incarnation"]! == 3 && (string)vms["before"]["state"]! == "running");

        var parts = (await Trapline.RunAsync("console", "before")).Split("--- incarnation ");
        Assert.Equal(3, parts.Length);
        Assert.Contains("panic: requested", parts[0], StringComparison.Ordinal);
        Assert.Contains("minios: ready", parts[1], StringComparison.Ordinal);

        await Trapline.RunAsync("stop", "before");
        await Trapline.UntilVmsAsync("before is stopped", vms => (string)vms["before"]["state"]! == "stopped");
        Assert.Contains("panic: requested", await Trapline.RunAsync("console", "before"), StringComparison.Ordinal);
        await Trapline.RunAsync("terminate", "before");
    }

    [Fact]
    public async Task An_attached_console_types_and_shows_and_one_that_does_not_read_holds_up_nobody()
    {
        await cluster.RunMiniosAsync("talk");
        using var patience = new CancellationTokenSource(TraplineCommand.Patience);
        using var deaf = await AttachAsync("talk", patience.Token); // never reads
        using var socket = await AttachAsync("talk", patience.Token);

        var note = JsonNode.Parse(await ReceiveAsync(socket, WebSocketMessageType.Text, patience.Token))!;
        Assert.Equal(1, (long)note["incarnation"]!);
        Assert.Equal(0, (long)note["from"]!);
        const int Words = 100;
        const int TypedAhead = 20;
        for (var i = 1; i <= Words; i++)
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes($"echo word {i} of many\rhelp\r"), WebSocketMessageType.Binary, endOfMessage: true, patience.Token);

            // The guest's terminal holds 1,024 bytes that its shell has not read, and drops what comes then, as terminals do.
            if (i % TypedAhead == 0)
                await UntilAsync(socket, $"word {i} of many", patience.Token);
        }

        deaf.Abort();

        await Trapline.RunAsync("terminate", "talk");
        Assert.Equal(WebSocketCloseStatus.NormalClosure, await EndOfAsync(socket, patience.Token));
    }

    private async Task<ClientWebSocket> AttachAsync(string vm, CancellationToken cancellation)
    {
        var api = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(cluster.Data, "cluster.json"), cancellation))!["nodes"]![0]!["api"]!;
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", "Bearer " + (await File.ReadAllTextAsync(Path.Combine(cluster.Data, "api-token"), cancellation)).Trim());
        await socket.ConnectAsync(new Uri($"{((string)api!).Replace("http:", "ws:", StringComparison.Ordinal)}/v1/vms/{vm}/console/attach"), cancellation);
        return socket;
    }

    private static async Task UntilAsync(ClientWebSocket socket, string text, CancellationToken cancellation)
    {
        var shown = new StringBuilder();
        while (!shown.ToString().Contains(text, StringComparison.Ordinal))
            shown.Append(await ReceiveAsync(socket, WebSocketMessageType.Binary, cancellation));
    }

    private static async Task<string> ReceiveAsync(ClientWebSocket socket, WebSocketMessageType type, CancellationToken cancellation)
    {
        var buffer = new byte[128 << 10];
        for (; ; )
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancellation);
            Assert.NotEqual(WebSocketMessageType.Close, received.MessageType);
            if (received.MessageType == type)
                return Encoding.ASCII.GetString(buffer, 0, received.Count);
        }
    }

    private static async Task<WebSocketCloseStatus?> EndOfAsync(ClientWebSocket socket, CancellationToken cancellation)
    {
        var buffer = new byte[128 << 10];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellation)).MessageType != WebSocketMessageType.Close)
        {
            // What was printed last.
        }

        return socket.CloseStatus;
    }
}
