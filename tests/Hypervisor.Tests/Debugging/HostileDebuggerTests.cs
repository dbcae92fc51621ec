using System.Net;
using System.Net.Sockets;
using System.Text;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Debugging;

/// <summary>The remote protocol byte by byte: packets that GDB would not send are answered with an error, never with a fault of ours.</summary>
public sealed class HostileDebuggerTests
{
    [SkippableFact]
    public async Task Packets_are_answered_as_the_manual_says()
    {
        using var host = TestGuests.NewHost(1);
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios", harts: 2), new TestConsole().Console).Value;
        using var server = machine.ListenForDebugger(0, wait: true);
        machine.Start();
        using var client = await ConnectAsync(server.Port);

        Assert.StartsWith("PacketSize=8000;", await AskAsync(client, "qSupported:swbreak+"), StringComparison.Ordinal);
        Assert.Equal("T05thread:1;", await AskAsync(client, "?"));
        Assert.Equal("m1,2", await AskAsync(client, "qfThreadInfo"));
        Assert.Equal("l", await AskAsync(client, "qsThreadInfo"));
        Assert.Equal("0000208000000000", await AskAsync(client, "p20"));
        Assert.Equal(33 * 16, (await AskAsync(client, "g")).Length);
        Assert.Equal("OK", await AskAsync(client, "P5=efbeadde00000000"));
        Assert.Equal("efbeadde00000000", await AskAsync(client, "p5"));
        Assert.Equal("OK", await AskAsync(client, "M80100000,4:01020304"));
        Assert.Equal("01020304", await AskAsync(client, "m80100000,4"));
        Assert.Equal("OK", await AskAsync(client, "X80100000,2:ab"));
        Assert.Equal("61620304", await AskAsync(client, "m80100000,4"));
        Assert.Equal("E0e", await AskAsync(client, "m0,4"));
        Assert.Equal("", await AskAsync(client, "!unknown"));
        Assert.StartsWith("m<?xml", await AskAsync(client, "qXfer:features:read:target.xml:0,40"), StringComparison.Ordinal);
        Assert.Equal("T05thread:1;", await AskAsync(client, "vCont;s:1;c"));
        Assert.NotEqual("0000208000000000", await AskAsync(client, "p20"));
    }

    [SkippableFact]
    public async Task Nonsense_is_answered_and_the_next_packet_is_understood()
    {
        using var host = TestGuests.NewHost(1);
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), new TestConsole().Console).Value;
        using var server = machine.ListenForDebugger(0, wait: true);
        machine.Start();
        var random = new Random(17);
        using var client = await ConnectAsync(server.Port);
        // Not those that resume, detach or kill: their answers come later or never.
        const string Starts = "gGpPmMXzZHTqQv?!";
        const string Middle = "0123456789abcdef,:;=-x";
        for (var i = 0; i < 3000; i++)
        {
            var packet = new StringBuilder().Append(Starts[random.Next(Starts.Length)]);
            for (var length = random.Next(30); length > 0; length--)
                packet.Append(Middle[random.Next(Middle.Length)]);
            if (packet.ToString() is var text && !text.StartsWith("vC", StringComparison.Ordinal))
                await AskAsync(client, text);
        }

        Assert.Equal("1", await AskAsync(client, "qAttached"));
    }

    [SkippableFact]
    public async Task A_debugger_that_vanishes_leaves_the_machine_running()
    {
        using var host = TestGuests.NewHost(1);
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        using var server = machine.ListenForDebugger(0, wait: true);
        machine.Start();
        for (var i = 0; i < 3; i++)
        {
            using var client = await ConnectAsync(server.Port);
            await AskAsync(client, "Z0,80200000,4");
            await client.GetStream().WriteAsync("$m8"u8.ToArray());
        }

        await console.WaitForAsync("minios> ");
    }

    private static async Task<TcpClient> ConnectAsync(int port)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    private static async Task<string> AskAsync(TcpClient client, string packet)
    {
        var sum = (byte)Encoding.Latin1.GetBytes(packet).Sum(b => b);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes($"${packet}#{sum:x2}"));
        var answer = new StringBuilder();
        var one = new byte[1];
        // An acknowledgement, then $answer#xx.
        while (answer.Length < 3 || answer[^3] != '#' || answer[0] != '$')
        {
            var read = await stream.ReadAsync(one).AsTask().WaitAsync(TestConsole.Patience);
            Assert.Equal(1, read);
            if (answer.Length > 0 || one[0] == '$')
                answer.Append((char)one[0]);
        }

        await stream.WriteAsync("+"u8.ToArray());
        return answer.ToString(1, answer.Length - 4);
    }
}
