using System.Buffers.Binary;
using System.Diagnostics;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.DeviceTree;
using Trapline.Hypervisor.Memory;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.DeviceTree;

public sealed class FdtTests
{
    [Fact]
    public void What_is_written_is_read()
    {
        var parse = FdtReader.Parse(Board());
        Assert.Null(parse.Fault);
        Assert.Equal(3u, parse.BootHart);
        Assert.Equal([new FdtReservation(new Gpa(0x8000_0000), 0x4_0000)], parse.Reservations);
        var root = parse.Root!;
        Assert.Equal("riscv-virtio", root.Find("compatible")!.AsString());
        Assert.Equal([0x1000_0000u, 0x100u], root.At("/soc/serial@10000000")!.Find("reg")!.AsNumbers());
        Assert.Equal([10u], root.At("/soc/serial")!.Find("interrupts")!.AsCells());
        Assert.Equal(["sifive,test1", "sifive,test0", "syscon"], root.At("/soc/test")!.Find("compatible")!.AsStrings());
        Assert.Equal(0, root.At("/soc/plic")!.Find("interrupt-controller")!.Value.Length);
        Assert.Equal([2u, 11u, 2u, 9u, 3u, 11u, 3u, 9u], root.At("/soc/plic")!.Find("interrupts-extended")!.AsCells());
        Assert.Equal([2u, 3u, 2u, 7u, 3u, 3u, 3u, 7u], root.At("/soc/clint")!.Find("interrupts-extended")!.AsCells());
        Assert.Equal([0x7777u], root.At("/reboot")!.Find("value")!.AsCells());
        Assert.Null(root.At("/soc/nothing"));
    }

    [Fact]
    public void A_parsed_tree_is_written_back_byte_for_byte()
    {
        var blob = Board();
        var parse = FdtReader.Parse(blob);
        var writer = new FdtWriter();
        foreach (var reservation in parse.Reservations)
            writer.Reserve(reservation.Address, reservation.Size);
        writer.Node(parse.Root!);
        Assert.Equal(blob, writer.Finish(parse.BootHart));
    }

    [SkippableFact]
    public void The_device_tree_compiler_reads_what_is_written_and_its_output_is_read()
    {
        var dtc = ExternalTool.Require("dtc", "device-tree-compiler");
        var source = RunDtc(dtc, Board(), "-I", "dtb", "-O", "dts");
        var text = System.Text.Encoding.UTF8.GetString(source);
        Assert.Contains("serial@10000000 {", text, StringComparison.Ordinal);
        Assert.Contains("compatible = \"sifive,plic-1.0.0", text, StringComparison.Ordinal);
        Assert.Contains("/memreserve/", text, StringComparison.Ordinal);

        var compiled = FdtReader.Parse(RunDtc(dtc, source, "-I", "dts", "-O", "dtb"));
        Assert.Null(compiled.Fault);
        AssertSame(FdtReader.Parse(Board()).Root!, compiled.Root!);
    }

    [Fact]
    public void Calls_out_of_order_are_refused()
    {
        var writer = new FdtWriter();
        Assert.Throws<InvalidOperationException>(() => writer.Property("a", 1u));
        Assert.Throws<InvalidOperationException>(() => writer.BeginNode("not-root"));
        writer.BeginNode("");
        writer.BeginNode("child");
        Assert.Throws<InvalidOperationException>(() => writer.Finish());
        writer.EndNode();
        Assert.Throws<InvalidOperationException>(() => writer.Property("late", 1u));
        writer.EndNode();
        Assert.Throws<InvalidOperationException>(() => writer.BeginNode(""));
    }

    [Theory]
    [InlineData(0, 0x12345678u, "magic")]
    [InlineData(4, 0xffff_ffffu, "totalsize")]
    [InlineData(4, 8u, "totalsize")]
    [InlineData(8, 0xffff_fff0u, "structure block")]
    [InlineData(12, 0xffff_fff0u, "strings block")]
    [InlineData(16, 0xffff_fff0u, "reservation block")]
    [InlineData(20, 3u, "version")]
    [InlineData(24, 99u, "version")]
    [InlineData(36, 8u, "end token")]
    [InlineData(36, 0xffff_ffffu, "structure block")]
    [InlineData(32, 1u, "property name")]
    public void A_damaged_header_is_named(int offset, uint value, string expected)
    {
        var blob = Board();
        BinaryPrimitives.WriteUInt32BigEndian(blob.AsSpan(offset), value);
        var parse = FdtReader.Parse(blob);
        Assert.Null(parse.Root);
        Assert.Contains(expected, parse.Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_a_fault()
    {
        var blob = Board();
        for (var length = 0; length < blob.Length; length++)
            Assert.NotNull(FdtReader.Parse(blob.AsMemory(0, length)).Fault);
    }

    [Fact]
    public void Nesting_is_bounded()
    {
        var writer = new FdtWriter();
        writer.BeginNode("");
        for (var i = 0; i < FdtReader.MaxDepth; i++)
            writer.BeginNode("deep");
        for (var i = 0; i <= FdtReader.MaxDepth; i++)
            writer.EndNode();
        Assert.Contains("nested", FdtReader.Parse(writer.Finish()).Fault!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_damage_gives_a_tree_or_a_fault_and_never_an_exception() => FuzzRun.ForEachSeed(3_000, random =>
    {
        var blob = Board();
        for (var i = random.Next(1, 12); i > 0; i--)
            blob[random.Next(blob.Length)] = random.Next(3) == 0 ? (byte)random.Next(10) : (byte)random.Next(256);
        var parse = FdtReader.Parse(blob);
        Assert.True(parse.Root is null != parse.Fault is null);
        if (parse.Root is not { } root)
            return;
        _ = root.At("/soc/serial");
        _ = root.Find("compatible")?.AsStrings();
        _ = root.Properties.Select(p => (p.AsCells(), p.AsNumbers(), p.AsString())).ToList();
    });

    private static byte[] Board()
    {
        var tree = new FdtWriter();
        tree.Reserve(new Gpa(0x8000_0000), 0x4_0000);
        tree.BeginNode("");
        tree.Property("#address-cells", 2u);
        tree.Property("#size-cells", 2u);
        tree.Property("compatible", "riscv-virtio");
        SysconDevice.WritePowerNodes(tree, 9);
        tree.BeginNode("soc");
        tree.Property("#address-cells", 2u);
        tree.Property("#size-cells", 2u);
        tree.Property("compatible", "simple-bus");
        tree.Property("ranges");
        RtcDevice.WriteNode(tree, new Gpa(0x10_1000), new FdtInterrupt(1, 11));
        UartDevice.WriteNode(tree, new Gpa(0x1000_0000), new FdtInterrupt(1, 10));
        VirtioSlot.WriteNode(tree, new Gpa(0x1000_1000), new FdtInterrupt(1, 1));
        SysconDevice.WriteNode(tree, new Gpa(0x10_0000), 9);
        PlicDevice.WriteNode(tree, new Gpa(0xc00_0000), 1, [2, 3]);
        ClintDevice.WriteNode(tree, new Gpa(0x200_0000), [2, 3]);
        tree.EndNode();
        tree.EndNode();
        return tree.Finish(bootHart: 3);
    }

    private static void AssertSame(FdtNode expected, FdtNode actual)
    {
        Assert.Equal(expected.Name, actual.Name);
        Assert.Equal(
            expected.Properties.Select(p => $"{p.Name}={Convert.ToHexString(p.Value.Span)}"),
            actual.Properties.Select(p => $"{p.Name}={Convert.ToHexString(p.Value.Span)}"));
        Assert.Equal(expected.Children.Count, actual.Children.Count);
        foreach (var (e, a) in expected.Children.Zip(actual.Children))
            AssertSame(e, a);
    }

    private static byte[] RunDtc(string dtc, byte[] input, params string[] arguments)
    {
        var start = new ProcessStartInfo(dtc, [.. arguments, "-q", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.BaseStream.Write(input);
        process.StandardInput.Close();
        var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        Assert.True(process.WaitForExit(60_000));
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
