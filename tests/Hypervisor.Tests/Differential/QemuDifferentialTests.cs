using System.Globalization;
using Xunit.Abstractions;

namespace Trapline.Hypervisor.Tests.Differential;

/// <summary>
/// Random programs on our engine and on QEMU: registers, memory and traps must agree. One run of QEMU executes thousands of instructions.
/// A long run: <c>TRAPLINE_DIFFERENTIAL_ROUNDS=1000 dotnet test tests/Hypervisor.Tests -c Release --filter Differential</c>; a failure
/// prints its seed, which <c>TRAPLINE_SEED</c> repeats.
/// </summary>
public sealed class QemuDifferentialTests(ITestOutputHelper output)
{
    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("TRAPLINE_DIFFERENTIAL_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    private static ulong FirstSeed => ulong.Parse(Environment.GetEnvironmentVariable("TRAPLINE_SEED") ?? "1", CultureInfo.InvariantCulture);

    [SkippableFact]
    public void Integer_and_compressed_arithmetic_agrees() => Run(p =>
    {
        for (int k = 0; k < 400; k++)
            p.Integer(60);
    });

    [SkippableFact]
    public void Floating_point_agrees_in_result_and_flags_for_every_rounding_mode() => Run(p =>
    {
        for (int k = 0; k < 1500; k++)
            p.Float(30);
    });

    [SkippableFact]
    public void Loads_stores_and_atomics_agree_at_any_alignment() => Run(p =>
    {
        for (int k = 0; k < 400; k++)
            p.Memory(60);
    });

    [SkippableFact]
    public void Illegal_instructions_trap_alike() => Run(p =>
    {
        for (int k = 0; k < 200; k++)
            p.Illegal(14);
    });

    [SkippableFact]
    public void Control_and_status_registers_agree() => Run(p =>
    {
        for (int k = 0; k < 300; k++)
            p.Csrs(12);
    });

    [SkippableFact]
    public void Page_tables_agree_in_translation_faults_and_updated_bits() => RunPrivileged(p => p.Translation());

    [SkippableFact]
    public void Lower_modes_agree_in_what_is_allowed() => RunPrivileged(p => p.LowerMode());

    [SkippableFact]
    public void Delegated_exceptions_agree() => RunPrivileged(p => p.Delegation());

    private void RunPrivileged(Action<RandomPrivileged> add) => Run((program, random, values) =>
    {
        var cases = new RandomPrivileged(program, values, random);
        while (cases.HasRoom)
            add(cases);
    });

    private void Run(Action<RandomPrograms> fill) => Run((_, _, cases) => fill(cases));

    private void Run(Action<ProgramBuilder, Random, RandomPrograms> fill)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong seed = FirstSeed + (ulong)round;
            output.WriteLine($"seed {seed}");
            var program = new ProgramBuilder();
            var random = new Random((int)seed);
            var cases = new RandomPrograms(program, random);
            cases.FillData();
            fill(program, random, cases);
            Comparison.Run(program, seed);
        }
    }
}
