using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Dump;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Tests.Isa;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>The listing of what the JIT made of an address.</summary>
public sealed class JitDumpTests
{
    private static Assembler Loop => new Assembler(TestHart.Origin)
        .I("addi", 5, 0, 100)
        .Label("again").I("lw", 7, 6, 8).I("addi", 5, 5, -1).Branch("bne", 5, 0, "again").Op("ebreak");

    [SkippableFact]
    public void A_listing_shows_guest_code_operations_and_host_code()
    {
        string listing = Assert.Single(ListingsOf(TestHart.Origin + 8));

        string[] lines = listing.Split('\n');
        Assert.Contains(lines, line => line.Contains("80000004: lw t2,8(t1)", StringComparison.Ordinal) && line.Contains("Load r7, r6, 8", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("addi t0,t0,-1", StringComparison.Ordinal) && line.Contains("Add r5, r5, -1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("bne t0,zero", StringComparison.Ordinal) && line.Contains("Branch NotEqual r5, r0", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.StartsWith("block", StringComparison.Ordinal) && line.Contains("loop", StringComparison.Ordinal));
        Assert.Contains("sub r15,3", listing, StringComparison.Ordinal);
        Assert.DoesNotContain("(bad)", listing, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void An_address_that_did_not_run_has_no_listing() => Assert.Empty(ListingsOf(TestHart.Origin + 0x1000));

    private static IReadOnlyList<string> ListingsOf(ulong address)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        var dump = new JitDump(address);
        using var engine = new JitEngine(new JitOptions(Threshold: 2) { Dump = dump });
        using var test = new TestHart(engine: engine);
        test.State.X[6] = TestHart.Origin;
        test.RunToBreak(Loop);
        return dump.Listings;
    }
}
