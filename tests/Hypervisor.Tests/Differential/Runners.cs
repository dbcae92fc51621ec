using System.Diagnostics;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Engines;
using Trapline.Hypervisor.Memory;
using Trapline.Hypervisor.Tests.Engines;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Differential;

/// <summary>Runs an image on the independent emulator and on our engine; each returns RAM as it is at power-off.</summary>
internal static class Runners
{
    // Extensions that Debian's QEMU turns on by default and this hart does not have are off; it sets A and D bits in hardware, as we do.
    private const string Cpu = "rv64,zba=on,zbb=on,zbs=on,zbc=off,h=off,v=off,sstc=on,svpbmt=off,svnapot=off";

    public static byte[] Qemu(byte[] memory)
    {
        string program = ExternalTool.Require("qemu-system-riscv64", "qemu-system-misc");
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(file, memory);
            string[] arguments =
            [
                "-machine", "virt,memory-backend=ram", "-object", $"memory-backend-file,id=ram,size={memory.Length},mem-path={file},share=on",
                "-cpu", Cpu, "-m", $"{memory.Length >> 20}M", "-bios", "none", "-display", "none", "-serial", "none", "-monitor", "none",
            ];
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
            Task<string> errors = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(TimeSpan.FromMinutes(1)))
            {
                process.Kill();
                Assert.Fail("QEMU did not reach the end of the program");
            }
            Assert.True(process.ExitCode == 0, errors.GetAwaiter().GetResult());
            return File.ReadAllBytes(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    public static byte[] Ours(byte[] memory, IExecutionEngine? engine = null)
    {
        using var test = new TestHart((ulong)memory.Length, engine);
        var power = new PowerOff();
        test.Bus.Map(new Gpa(ProgramBuilder.PowerOffRegister), 0x1000, power);
        test.Load(memory);
        for (; ; )
        {
            ExitReason reason = test.Run(2_000_000_000);
            Assert.True(reason == ExitReason.DeviceWrite, $"left with {reason} at pc 0x{test.State.Pc:x}, cause {test.Hart.Exit.Cause}");
            test.Bus.TryWrite(test.Hart.Exit.Address, test.Hart.Exit.Size, test.Hart.Exit.Value);
            if (power.IsOff)
                break;
            test.Hart.CompleteDeviceWrite();
        }
        return test.Ram.SpanAt(GuestRam.Base, memory.Length).ToArray();
    }

    private sealed class PowerOff : IMmioDevice
    {
        public bool IsOff { get; private set; }

        public ulong Read(ulong offset, int size) => 0;

        public void Write(ulong offset, int size, ulong value) => IsOff |= value == 0x5555;
    }
}
