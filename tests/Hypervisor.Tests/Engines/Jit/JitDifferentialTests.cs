using System.Globalization;
using Trapline.Hypervisor.Engines.Jit;
using Trapline.Hypervisor.Engines.Jit.Translation;
using Trapline.Hypervisor.Tests.Differential;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Engines.Jit;

/// <summary>
/// Random programs on both engines: memory, which holds all registers and traps of each case, must be the same in the end. Everything is
/// translated at once, or after a few executions. A long run: <c>TRAPLINE_DIFFERENTIAL_ROUNDS=1000 dotnet test tests/Hypervisor.Tests -c Release --filter JitDifferential</c>.
/// </summary>
public sealed class JitDifferentialTests(ITestOutputHelper output)
{
    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_DIFFERENTIAL_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    private static ulong FirstSeed => ulong.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SEED") ?? "1", CultureInfo.InvariantCulture);

    [SkippableFact]
    public void Integer_arithmetic_agrees() => Run((_, _, p) => Repeat(400, () => p.Integer(60)));

    [SkippableFact]
    public void Floating_point_agrees_in_result_and_flags() => Run((_, _, p) => Repeat(1500, () => p.Float(30)));

    [SkippableFact]
    public void Loads_stores_and_atomics_agree() => Run((_, _, p) => Repeat(400, () => p.Memory(60)));

    [SkippableFact]
    public void Illegal_instructions_agree() => Run((_, _, p) => Repeat(200, () => p.Illegal(14)));

    [SkippableFact]
    public void Control_and_status_registers_agree() => Run((_, _, p) => Repeat(300, () => p.Csrs(12)));

    [SkippableFact]
    public void Translation_lower_modes_and_delegation_agree() => Run((program, random, p) =>
    {
        var cases = new RandomPrivileged(program, p, random);
        while (cases.HasRoom)
        {
            cases.Translation();
            if (cases.HasRoom)
                cases.LowerMode();
            if (cases.HasRoom)
                cases.Delegation();
        }
    });

    private static void Repeat(int times, Action action)
    {
        for (int k = 0; k < times; k++)
            action();
    }

    private void Run(Action<ProgramBuilder, Random, RandomPrograms> fill)
    {
        Skip.IfNot(JitEngine.IsSupported, "this host has no JIT");
        for (int round = 0; round < Rounds; round++)
        {
            ulong seed = FirstSeed + (ulong)round;
            output.WriteLine($"seed {seed}");
            var program = new ProgramBuilder();
            var random = new Random((int)seed);
            var cases = new RandomPrograms(program, random);
            cases.FillData();
            fill(program, random, cases);
            Comparison.RunEngines(program, seed, () => new JitEngine(new JitOptions(Threshold: round % 3, Tiers: (JitTiers)(round / 3 % 3), SampleLength: 100)));
        }
    }
}
