using System.Buffers.Binary;
using Trapline.Hypervisor.Devices.Clint;
using Trapline.Hypervisor.Devices.Console;
using Trapline.Hypervisor.Devices.Plic;
using Trapline.Hypervisor.Devices.Rtc;
using Trapline.Hypervisor.Devices.Syscon;
using Trapline.Hypervisor.Devices.Uart;
using Trapline.Hypervisor.Devices.Virtio;
using Trapline.Hypervisor.Devices.Virtio.Block;
using Trapline.Hypervisor.Devices.Virtio.Entropy;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Devices.Virtio.Net;
using Trapline.Hypervisor.Devices.Virtio.Serial;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Storage;
using Trapline.Hypervisor.Tests.Devices.Virtio;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Devices;

/// <summary>
/// Guests that write anything anywhere. A device may answer nonsense; it may not throw, hang, or stop working after a reset.
/// Memory outside RAM cannot be touched without an exception of the test's array, so a passing run shows that too.
/// </summary>
public sealed class HostileGuestTests
{
    private const int MemorySize = 0x1_0000;
    private static readonly int[] Sizes = [1, 2, 4, 8];

    public static TheoryData<string> VirtioKinds => ["block", "console", "entropy", "net", "power button"];

    [Fact]
    public void Random_register_accesses_to_the_simple_devices() => FuzzRun.ForEachSeed(200, random =>
    {
        var clock = new TestClock();
        var input = new ConsoleInput(32);
        var plic = new PlicDevice([new TestLine(), new TestLine()]);
        (IMmioDevice Device, ulong Window)[] devices =
        [
            (new ClintDevice(clock, [new ClintHart(new TestLine(), new TestTimer())]), ClintDevice.WindowSize),
            (plic, PlicDevice.WindowSize),
            (new UartDevice(input, new TestOutput(), plic.Source(10)), UartDevice.WindowSize),
            (new RtcDevice(clock, new TestTimer(), plic.Source(11)), RtcDevice.WindowSize),
            (new SysconDevice(new Nobody()), SysconDevice.WindowSize),
            (new EmptyVirtioSlot(), VirtioSlot.WindowSize),
        ];
        for (var i = 0; i < 5_000; i++)
        {
            var (device, window) = devices[random.Next(devices.Length)];
            Access(random, device, random.Next(3) == 0 ? (ulong)random.NextInt64((long)window) : (ulong)random.Next(0x40));
            clock.Ticks += (ulong)random.Next(100);
            clock.WallClockNanoseconds += (ulong)random.NextInt64(long.MaxValue);
            if (random.Next(10) == 0)
                input.Offer([(byte)i]);
        }
    });

    [Theory]
    [MemberData(nameof(VirtioKinds))]
    public void Random_virtio_registers(string kind) => FuzzRun.ForEachSeed(300, random =>
    {
        var (driver, _) = Make(kind, new InlineIoExecutor());
        random.NextBytes(driver.Memory.Bytes);
        for (var i = 0; i < 3_000; i++)
        {
            if (random.Next(50) == 0)
                driver.Negotiate(VirtioFeatures.Common);
            if (random.Next(50) == 0)
                Press(driver);
            Access(random, driver.Slot, random.Next(4) == 0 ? (ulong)random.Next(0x1000) : (ulong)random.Next(0x60) * 4);
        }

        AssertStillWorks(driver);
    });

    [Theory]
    [MemberData(nameof(VirtioKinds))]
    public void Random_rings_and_descriptors(string kind) => FuzzRun.ForEachSeed(2_000, random =>
    {
        var (driver, input) = Make(kind, new InlineIoExecutor());
        for (var attempt = 0; attempt < 5; attempt++)
        {
            var queues = SetUp(driver, random, kind);
            for (var i = 0; i < 20; i++)
            {
                var queue = queues[random.Next(queues.Length)];
                Scribble(random, driver.Memory, queue);
                queue.Kick();
                input.Offer("x"u8);
                Press(driver);
                driver.Acknowledge();
            }
        }

        AssertStillWorks(driver);
    });

    [Theory]
    [MemberData(nameof(VirtioKinds))]
    public void Rings_that_change_under_the_device(string kind) => FuzzRun.ForEachSeed(20, random =>
    {
        using var executor = new IoExecutor(2);
        var (driver, _) = Make(kind, executor);
        var queues = SetUp(driver, random, kind);
        var other = new Random(random.Next());
        var scribbler = Task.Factory.StartNew(() =>
        {
            for (var i = 0; i < 4_000; i++)
                Scribble(other, driver.Memory, queues[other.Next(queues.Length)]);
        }, TaskCreationOptions.LongRunning);
        while (!scribbler.IsCompleted)
        {
            queues[random.Next(queues.Length)].Kick();
            Press(driver);
            if ((driver.Status & 64) != 0)
                SetUp(driver, random, kind);
        }

        scribbler.Wait();
        driver.Status = 0;
        if (((VirtioSlot)driver.Slot).Function is VirtioBlock block)
            Assert.True(block.WhenIdle().Wait(TimeSpan.FromSeconds(60)));
        AssertStillWorks(driver);
    });

    [Theory]
    [MemberData(nameof(VirtioKinds))]
    public void Random_saved_states(string kind) => FuzzRun.ForEachSeed(1_000, random =>
    {
        var (driver, _) = Make(kind, new InlineIoExecutor());
        SetUp(driver, random, kind);
        var state = ((VirtioSlot)driver.Slot).Save();
        var hostile = state with
        {
            Status = (uint)random.Next(256),
            QueueSelect = (uint)random.Next(),
            DriverFeatures = (ulong)random.NextInt64(),
            Queues = [.. state.Queues.Skip(random.Next(2)).Select(q => q with
            {
                Size = (ushort)random.Next(300),
                NextAvailable = (ushort)random.Next(65536),
                DeviceArea = q.DeviceArea + (ulong)random.Next(-3, 3),
                Fault = random.Next(20),
            })],
        };
        var slot = new VirtioSlot(driver.Memory, new TestLine(), MakeFunction(kind, new InlineIoExecutor(), new ConsoleInput()), hostile);
        AssertStillWorks(new TestDriver(slot, driver.Memory));
    });

    /// <summary>A host presses the button whatever the guest is at.</summary>
    private static void Press(TestDriver driver)
    {
        if (((VirtioSlot)driver.Slot).Function is VirtioPowerButton button)
            button.Press();
    }

    private static void Access(Random random, IMmioDevice device, ulong offset)
    {
        var size = Sizes[random.Next(4)];
        if (random.Next(2) == 0)
        {
            var value = device.Read(offset, size);
            Assert.True(size == 8 || value >> (8 * size) == 0, $"a read of {size} bytes at 0x{offset:x} gave 0x{value:x}");
            return;
        }

        var written = random.Next(4) switch
        {
            0 => (ulong)random.NextInt64(),
            1 => ulong.MaxValue,
            2 => TestMemory.DefaultStart + (ulong)random.Next(MemorySize),
            _ => (ulong)random.Next(64),
        };
        device.Write(offset, size, size == 8 ? written : written & ((1UL << (8 * size)) - 1));
    }

    private static void Scribble(Random random, TestMemory memory, GuestQueue queue)
    {
        for (var i = random.Next(1, 10); i > 0; i--)
        {
            var address = random.Next(8) switch
            {
                0 => (ulong)random.NextInt64(),
                1 => TestMemory.DefaultStart + MemorySize - (ulong)random.Next(64),
                2 => queue.Descriptors + (16UL * (ulong)random.Next(queue.Size)),
                _ => TestMemory.DefaultStart + (ulong)random.Next(MemorySize),
            };
            var length = random.Next(6) == 0 ? (uint)random.Next() : (uint)random.Next(0, 3_000);
            if (random.Next(3) == 0)
                length = 16 * (uint)random.Next(1, 6);
            var flags = (ushort)(random.Next(20) == 0 ? random.Next(65536) : random.Next(5));
            queue.SetDescriptor((ushort)random.Next(queue.Size), address, length, flags, (ushort)random.Next(queue.Size + 1));
            BinaryPrimitives.WriteUInt32LittleEndian(memory.At(TestMemory.DefaultStart + (ulong)random.Next(MemorySize / 4) * 4, 4),
                (uint)random.Next(20));
        }

        if (random.Next(4) == 0)
            queue.SetAvailableIndex((ushort)random.Next(65536));
        else
            queue.MakeAvailable((ushort)random.Next(queue.Size + (random.Next(10) == 0 ? 1 : 0)));
    }

    private static GuestQueue[] SetUp(TestDriver driver, Random random, string kind)
    {
        Assert.True(driver.Negotiate(random.Next(4) == 0 ? VirtioFeatures.Version1 : VirtioFeatures.Common));
        var count = kind is "console" or "net" or "power button" ? 2 : 1;
        var queues = Enumerable.Range(0, count)
            .Select(i => driver.SetUpQueue((uint)i, (ushort)(1 << random.Next(5)), TestMemory.DefaultStart + 0x1000 + ((ulong)i * 0x1000)))
            .ToArray();
        driver.Status = 15;
        return queues;
    }

    /// <summary>After a reset a well-behaved driver is served.</summary>
    private static void AssertStillWorks(TestDriver driver)
    {
        Array.Clear(driver.Memory.Bytes);
        Assert.True(driver.Negotiate(VirtioFeatures.Version1));
        var id = driver.Register(0x08);
        var queue = driver.SetUpQueue(id is 1 or 3 or 18 ? 1u : 0, 4, TestMemory.DefaultStart + 0x1000);
        driver.Status = 15;
        var readable = new GuestBuffer(TestMemory.DefaultStart + 0x4000, 16, false);
        var writable = new GuestBuffer(TestMemory.DefaultStart + 0x5000, 513, true);
        GuestBuffer[] chain = id switch { 2 => [readable, writable], 4 => [writable], _ => [readable] };
        queue.Add(chain);
        queue.Kick();
        Assert.Equal(id == 2 ? 513u : id == 4 ? 513u : 0u, queue.WaitTake().Written);
        Assert.Equal(15u, driver.Status);
    }

    private static (TestDriver Driver, ConsoleInput Input) Make(string kind, IIoExecutor executor)
    {
        var memory = new TestMemory(MemorySize);
        var input = new ConsoleInput(64);
        return (new TestDriver(new VirtioSlot(memory, new TestLine(), MakeFunction(kind, executor, input)), memory), input);
    }

    private static VirtioFunction MakeFunction(string kind, IIoExecutor executor, ConsoleInput input) => kind switch
    {
        "block" => new VirtioBlock(new MemoryDisk(64 * 512), executor),
        "console" => new VirtioConsole(input, new Silence()),
        "power button" => new VirtioPowerButton(),
        "entropy" => new VirtioEntropy(new SeededEntropy(1)),
        _ => new VirtioNet(new LoopbackNet(), [2, 0, 0, 0, 0, 1]),
    };

    private sealed class Silence : IConsoleOutput
    {
        public void Write(ReadOnlySpan<byte> bytes)
        {
        }
    }

    private sealed class Nobody : ISystemControl
    {
        public void Request(SystemRequest request, ushort code)
        {
        }
    }
}
