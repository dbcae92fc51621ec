using System.IO.Compression;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Boot;
using Trapline.TestSupport;
using Xunit;

namespace Trapline.Hypervisor.Tests.Boot;

/// <summary>Kernels are files that somebody gives: what is right is placed right, and what is wrong is an error in one line.</summary>
public sealed class BootImageTests
{
    private static readonly MemoryRange Ram = new(0x8000_0000, 128UL << 20);

    private static byte[] Minios => File.ReadAllBytes(Repository.PathOf("guests", "images", "minios.elf"));

    [Fact]
    public void An_elf_kernel_is_placed_at_its_physical_addresses_with_its_names()
    {
        var image = BootImage.Kernel(File.ReadAllBytes(Repository.PathOf("guests", "images", "minios.debug.elf")), "minios", Ram).Value;

        Assert.InRange(image.Entry, image.Start, image.End - 1);
        Assert.All(image.Segments, s => Assert.True(Ram.Holds(s.Address, s.MemorySize)));
        var address = image.Symbols.AddressOf("trap_entry");
        Assert.NotNull(address);
        Assert.Equal("trap_entry", image.Symbols.Describe(address.Value));
        Assert.StartsWith("trap_entry+0x4", image.Symbols.Describe(address.Value + 4), StringComparison.Ordinal);
    }

    [Fact]
    public void A_linux_image_is_placed_at_its_text_offset_with_room_for_its_zeroed_part()
    {
        var image = BootImage.Kernel(LinuxImageBytes(textOffset: 0x20_0000, imageSize: 0x30_0000), "Image", Ram).Value;

        Assert.Equal(0x8020_0000UL, image.Entry);
        Assert.Equal(0x8050_0000UL, image.End);
    }

    [Fact]
    public void A_compressed_kernel_is_unpacked()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            gzip.Write(Minios);

        Assert.Equal(BootImage.Kernel(Minios, "a", Ram).Value.Entry, BootImage.Kernel(packed.ToArray(), "b", Ram).Value.Entry);
    }

    [Fact]
    public void A_kernel_that_is_larger_than_memory_says_how_much_it_needs()
    {
        var error = BootImage.Kernel(LinuxImageBytes(0x20_0000, 40UL << 20), "Image", new MemoryRange(0x8000_0000, 16UL << 20)).Error!;

        Assert.Equal(MachineErrorKind.TooLittleMemory, error.Kind);
        Assert.Contains("at least 43 MiB", error.Right, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_kernels_are_named_for_what_they_are()
    {
        Assert.Contains("machine 62", Wrong(File.ReadAllBytes(Environment.ProcessPath!)), StringComparison.Ordinal);
        Assert.Contains("is empty", Wrong([]), StringComparison.Ordinal);
        Assert.Contains("neither an ELF file nor a Linux Image", Wrong(new byte[100]), StringComparison.Ordinal);
        Assert.Contains("cut short", Wrong(Minios[..3000]), StringComparison.Ordinal);
        Assert.Contains("does not unpack", Wrong([0x1f, 0x8b, .. new byte[40]]), StringComparison.Ordinal);
        Assert.Contains("device tree", Wrong([0xd0, 0x0d, 0xfe, 0xed, .. new byte[60]]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_flat_binary_is_a_firmware_or_a_payload_but_not_a_kernel()
    {
        var flat = new byte[] { 0x6f, 0, 0, 0 };

        Assert.Equal(0x8000_0000UL, BootImage.Firmware(flat, "fw", Ram).Value.Entry);
        Assert.Equal(0x8020_0000UL, BootImage.Payload(flat, "u-boot", Ram).Value.Entry);
        Assert.NotNull(BootImage.Kernel(flat, "k", Ram).Error);
    }

    [Fact]
    public void Damaged_files_never_throw_and_never_leave_memory()
    {
        var elf = File.ReadAllBytes(Repository.PathOf("guests", "images", "minios.debug.elf"));
        var linux = LinuxImageBytes(0x20_0000, 0x30_0000);
        var random = new Random(20_250_101);
        var accepted = 0;
        for (var round = 0; round < 4000; round++)
        {
            var bytes = (byte[])(round % 2 == 0 ? elf : linux).Clone();
            // Most of what decides lies in the first bytes and, for symbols, in the section headers at the end.
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var at = random.Next(3) switch
                {
                    0 => random.Next(64),
                    1 => random.Next(Math.Min(bytes.Length, 512)),
                    _ => bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 2048)),
                };
                bytes[at] = (byte)(random.Next(4) == 0 ? 0xff : random.Next(256));
            }

            if (random.Next(8) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            if (!BootImage.Payload(bytes, "fuzz", Ram).TryGet(out var image, out _))
                continue;
            accepted++;
            Assert.All(image.Segments, s => Assert.True(Ram.Holds(s.Address, s.MemorySize) && (ulong)s.Data.Length <= s.MemorySize));
            Assert.True(Ram.Holds(image.Entry, 2));
            _ = image.Symbols.Describe(image.Entry);
        }

        Assert.InRange(accepted, 100, 3900);
    }

    [Theory]
    [InlineData(128, 0)]
    [InlineData(128, 10 << 20)]
    [InlineData(8, 1 << 20)]
    [InlineData(2048, 100 << 20)]
    public void Nothing_that_is_loaded_overlaps(int memoryMib, int initrdBytes)
    {
        var ram = new MemoryRange(0x8000_0000, (ulong)memoryMib << 20);
        var kernel = new MemoryRange(0x8020_0000, 3UL << 20);

        var layout = BootLayout.Plan(ram, [kernel], (ulong)initrdBytes).Value;

        Assert.True(ram.Holds(layout.DeviceTree.Start, layout.DeviceTree.Length));
        Assert.True(layout.Initrd.Start >= kernel.End && layout.Initrd.End <= layout.DeviceTree.Start);
        Assert.Equal(0UL, layout.Initrd.Start % 4096);
        Assert.Equal((ulong)initrdBytes, layout.Initrd.Length);
    }

    [Fact]
    public void An_initrd_that_does_not_fit_says_how_much_memory_it_takes()
    {
        var error = BootLayout.Plan(new MemoryRange(0x8000_0000, 32UL << 20), [new MemoryRange(0x8020_0000, 20UL << 20)], 20UL << 20).Error!;

        Assert.Equal(MachineErrorKind.TooLittleMemory, error.Kind);
        Assert.Contains("at least 47 MiB", error.Right, StringComparison.Ordinal);
    }

    private static string Wrong(byte[] bytes) => BootImage.Kernel(bytes, "file", Ram).Error!.ToString();

    private static byte[] LinuxImageBytes(ulong textOffset, ulong imageSize)
    {
        var bytes = new byte[4096];
        BitConverter.TryWriteBytes(bytes.AsSpan(8), textOffset);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), imageSize);
        "RISCV"u8.CopyTo(bytes.AsSpan(48));
        "RSC\u0005"u8.CopyTo(bytes.AsSpan(56));
        return bytes;
    }
}
