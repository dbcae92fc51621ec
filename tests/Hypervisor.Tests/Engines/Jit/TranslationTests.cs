using Trapline.Hypervisor.Engines.Interpreter;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.JitVictim;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>What is translated when, within which bounds, and what is left when a machine goes.</summary>
public sealed class TranslationTests
{
    private const ulong Instructions = 100_000;

    [SkippableTheory]
    [InlineData(JitTiers.Both, true, true)]
    [InlineData(JitTiers.Quick, true, false)]
    [InlineData(JitTiers.Regions, false, true)]
    public void Tiers_are_made_as_the_options_say(JitTiers tiers, bool quick, bool regions)
    {
        HartCounters counters = Run(new JitOptions(Threshold: 2, Tiers: tiers, SampleLength: 500));

        Assert.Equal(quick, counters.Counters.QuickTranslations > 0);
        Assert.Equal(regions, counters.Counters.Regions > 0);
    }

    [SkippableFact]
    public void Code_that_is_executed_rarely_is_not_translated()
    {
        HartCounters counters = Run(new JitOptions(Threshold: 255), instructions: 200);

        Assert.Equal(0, counters.Counters.QuickTranslations);
        Assert.True(counters.Counters.ColdBlocks > 0);
    }

    [SkippableFact]
    public void Full_code_memory_is_emptied_and_its_bound_is_kept()
    {
        HartCounters counters = Run(new JitOptions(CodeBytesPerHart: 272 << 10, Threshold: 0, SampleLength: 100));

        Assert.True(counters.Counters.Flushes > 0);
        Assert.Equal(272 << 10, counters.CodeBytesLimit);
        Assert.InRange(counters.CodeBytesHeld, counters.CodeBytes, counters.CodeBytesLimit);
        Assert.True(counters.Counters.Bytes > 16 << 10);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void All_harts_of_a_machine_together_have_64_MiB(int harts)
        => Assert.True((long)JitOptions.ForMachine(harts).CodeBytesPerHart * harts <= 64 << 20);

    [SkippableFact]
    public void An_engine_that_is_disposed_gives_its_code_memory_back()
    {
        Skip.IfNot(JitEngine.IsSupported && OperatingSystem.IsLinux(), "reads /proc/self/maps");
        string file;
        using (var engine = new JitEngine(new JitOptions(Threshold: 0)))
        {
            using var hart = new TestHart(engine: engine);
            LoopingProgram.Load(hart, 1);
            hart.Run(1000);
            var translations = (HartTranslations)((CodeCache)hart.Hart.EngineData!).Companion!;
            file = Mappings().Single(m => m.Start == (ulong)translations.CodeBase).File;
            Assert.Equal(2, Mappings().Count(m => m.File == file));
        }
        Assert.DoesNotContain(Mappings(), m => m.File == file);
    }

    private static HartCounters Run(JitOptions options, ulong instructions = Instructions)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        using var engine = new JitEngine(options);
        using var hart = new TestHart(engine: engine);
        LoopingProgram.Load(hart, 1);
        for (ulong slice = 0; slice < instructions; slice += 1000)
            hart.Run(Math.Min(1000, instructions));
        return engine.Counters.Single();
    }

    // Address range, rights, offset, device, inode, path (proc_pid_maps(5)); an anonymous file is known by its inode.
    private static IEnumerable<(ulong Start, string File)> Mappings() =>
        from line in File.ReadAllLines("/proc/self/maps")
        where line.Contains("trapline-code", StringComparison.Ordinal)
        let fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        select (Convert.ToUInt64(fields[0].Split('-')[0], 16), fields[4]);
}
