using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Isa;
using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Machine;

/// <summary>
/// Fences that one hart asks others for through the SBI: when the call returns they see new code and new page tables. Hart 0 changes what all look at,
/// fences the others, publishes the number of the change, and waits for their answers; the others look all the time, so that what is old is hot, and
/// must see what is new once they know the number. A hart that does not ends the machine with a failure.
/// </summary>
public sealed class RemoteFenceTests
{
    private const int Harts = 4;
    private const int Changes = 100;
    private const ulong Ram = 0x8000_0000;
    private const ulong Kernel = Ram + 0x20_0000;
    private const ulong OtherStart = Kernel + 0x1000;
    private const ulong Published = Ram + 0x40_0000;
    private const ulong Answers = Published + 0x1000;
    private const ulong Code = Ram + 0x41_0000;
    private const ulong Frames = Ram + 0x42_0000;
    private const ulong Tables = Ram + 0x43_0000;

    // In another place of the TLB than what the harts look at between: an entry that others push out would be new without a fence.
    private const ulong WindowPage = 7;
    private const ulong Window = 0x4000_0000 + (WindowPage << 12);
    private const ulong LeafEntry = Tables + 0x2000 + (WindowPage * 8);
    private const ulong Satp = (8UL << 60) | (Tables >> 12);
    private const uint FullFence = 0x0FF0_000F;
    private const int Hsm = 0x48_534D, Reset = 0x5352_5354, Fences = 0x5246_4E43;
    private const int A0 = 10, A1 = 11, A2 = 12, A3 = 13, A4 = 14, A6 = 16, A7 = 17;
    private const int Number = 20, Last = 21, Shared = 22, Expected = 23, Seen = 24, Scratch = 25, Own = 26, Other = 27;

    [SkippableTheory]
    [InlineData("code")]
    [InlineData("page")]
    [InlineData("page of an address space")]
    [InlineData("everything")]
    public async Task What_a_fenced_hart_sees_is_new(string what)
    {
        var config = new MachineConfig { Kernel = new ImageSource("fences", Image(what)), Harts = Harts, MemoryBytes = 16 << 20, Engine = EngineUnderTest.Kind };
        var (end, _) = await TestGuests.RunAsync(config);

        Assert.True(end.Kind == GuestEndKind.PowerOff, $"{what}: {end}\n{end.Report?.Text}");
    }

    private static byte[] Image(string what)
    {
        var a = new Assembler(Kernel);
        a.Jal(0, "start").Word(0).Data(0x20_0000).Data(0x10_0000);
        while (a.Here < Kernel + 48)
            a.Word(0);
        a.Data(BitConverter.ToUInt64("RISCV\0\0\0"u8)).Word(BitConverter.ToUInt32("RSC\u0005"u8)).Word(0);
        a.Label("start").Li(Number, 0).Li(Last, Changes).Li(Shared, Published);
        WriteTables(a);
        for (int hart = 1; hart < Harts; hart++)
            a.Li(A0, (ulong)hart).Li(A1, OtherStart).Li(A2, 0).Li(A6, 0).Li(A7, Hsm).Op("ecall");
        WriteLoop(a, what);
        while (a.Here < OtherStart)
            a.Word(0);
        WriteOther(a, what);
        return a.Assemble();
    }

    private static void WriteTables(Assembler a)
    {
        // The gigabyte of RAM as it is, and a window of one page. Frame n holds n at its start.
        a.Li(Scratch, Tables).Li(Seen, ((Ram >> 12) << 10) | 0xCF).S("sd", Seen, Scratch, 16)
            .Li(Seen, (((Tables + 0x1000) >> 12) << 10) | 1).S("sd", Seen, Scratch, 8)
            .Li(Scratch, Tables + 0x1000).Li(Seen, (((Tables + 0x2000) >> 12) << 10) | 1).S("sd", Seen, Scratch, 0)
            .Li(Scratch, Frames).Li(Seen, 1).S("sd", Seen, Scratch, 0).Li(Scratch, Frames + 0x1000).S("sd", 0, Scratch, 0)
            .Li(Scratch, LeafEntry).Li(Seen, ((Frames >> 12) << 10) | 0xCF).S("sd", Seen, Scratch, 0)
            .Li(Scratch, Code).Li(Seen, 0x513).S("sw", Seen, Scratch, 0).Li(Seen, 0x8067).S("sw", Seen, Scratch, 4)
            .R("sfence.vma", 0, 0).Li(Scratch, Satp).Csr("csrrw", 0, Csr.Satp, Scratch).R("sfence.vma", 0, 0);
    }

    private static void WriteLoop(Assembler a, string what)
    {
        a.Label("loop").I("addi", Number, Number, 1);
        if (what == "code")
        {
            // addi a0, x0, number modulo 1024.
            a.Li(Scratch, Code).I("andi", Expected, Number, 1023).I("slli", Expected, Expected, 20).Li(Seen, 0x513).R("or", Seen, Seen, Expected)
                .S("sw", Seen, Scratch, 0).Li(A6, 0);
        }
        else
        {
            // Odd numbers: frame 0, which holds 1.
            a.Li(Scratch, LeafEntry).I("andi", Expected, Number, 1).I("xori", Expected, Expected, 1).I("slli", Expected, Expected, 10)
                .Li(Seen, ((Frames >> 12) << 10) | 0xCF).R("add", Seen, Seen, Expected).S("sd", Seen, Scratch, 0)
                .Li(A6, what == "page of an address space" ? 2UL : 1).Li(A4, 0);
        }
        a.Word(FullFence).Li(A0, ulong.MaxValue >> (64 - Harts)).Li(A1, 0).Li(A2, what == "everything" ? 0 : Window).Li(A3, what == "everything" ? 0UL : 0x1000)
            .Li(A7, Fences).Op("ecall").Branch("bne", A0, 0, "failed").Word(FullFence).S("sd", Number, Shared, 0);
        for (int hart = 1; hart < Harts; hart++)
            a.Li(Scratch, Answers + ((ulong)hart * 64)).Label("await " + hart).I("ld", Seen, Scratch, 0).Branch("bne", Seen, Number, "await " + hart);
        a.Branch("bne", Number, Last, "loop").Li(A1, 0).Jal(0, "end")
            .Label("failed").Li(A1, 1)
            .Label("end").Li(A0, 0).Li(A6, 0).Li(A7, Reset).Op("ecall");
    }

    private static void WriteOther(Assembler a, string what)
    {
        a.Li(Scratch, Satp).Csr("csrrw", 0, Csr.Satp, Scratch).R("sfence.vma", 0, 0).Op("fence.i")
            .Li(Number, 0).Li(Shared, Published).I("slli", Own, A0, 6).Li(Scratch, Answers).R("add", Own, Own, Scratch).Li(Other, what == "code" ? Code : Window)
            .Label("next").I("addi", Number, Number, 1)
            .Label("look").I("ld", Seen, Shared, 0).Branch("beq", Seen, Number, "known");
        Look(a, what);
        a.Jal(0, "look").Label("known").Word(FullFence);
        Look(a, what);
        a.I("andi", Expected, Number, what == "code" ? 1023 : 1).Branch("bne", A0, Expected, "failed").Word(FullFence).S("sd", Number, Own, 0).Jal(0, "next");
    }

    private static void Look(Assembler a, string what)
    {
        if (what == "code")
            a.I("jalr", 1, Other, 0);
        else
            a.I("ld", A0, Other, 0);
    }
}
