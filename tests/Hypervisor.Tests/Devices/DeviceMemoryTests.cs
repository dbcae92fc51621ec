using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Block;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Net;
using Trapline.Hypervisor.Devices.Virtio.Serial;
using Trapline.Hypervisor.Storage;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class DeviceMemoryTests
{
    [Fact]
    public void The_devices_of_an_idle_machine_take_little_memory_and_no_thread()
    {
        using var executor = new IoExecutor();
        var clock = new TestClock();
        var output = new TestOutput();
        var memory = new TestMemory(64);
        MakeBoard(clock, output, memory, executor); // what is made once per process
        var before = GC.GetAllocatedBytesForCurrentThread();
        var board = MakeBoard(clock, output, memory, executor);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(9, board.Length);
        Assert.InRange(bytes, 1, 32 * 1024);
    }

    private static object[] MakeBoard(TestClock clock, TestOutput output, TestMemory memory, IoExecutor executor)
    {
        var harts = Enumerable.Range(0, 8).Select(_ => new ClintHart(new TestLine(), new TestTimer())).ToArray();
        var plic = new PlicDevice([.. Enumerable.Range(0, 16).Select(_ => new TestLine())]);
        return
        [
            new ClintDevice(clock, harts),
            plic,
            new UartDevice(new ConsoleInput(), output, plic.Source(10)),
            new RtcDevice(clock, new TestTimer(), plic.Source(11)),
            new VirtioSlot(memory, plic.Source(1), new VirtioBlock(new MemoryDisk(512), executor)),
            new VirtioSlot(memory, plic.Source(2), new VirtioConsole(new ConsoleInput(), output)),
            new VirtioSlot(memory, plic.Source(3), new VirtioEntropy(new HostEntropy())),
            new VirtioSlot(memory, plic.Source(4), new VirtioNet(new NullNet(), [2, 0, 0, 0, 0, 1])),
            new EmptyVirtioSlot(),
        ];
    }
}
