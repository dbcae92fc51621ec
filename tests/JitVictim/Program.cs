using System.Globalization;
using Trapline.JitVictim;

if (args is not [var kind, var first, var count] || !Enum.TryParse<ProgramKind>(kind, ignoreCase: true, out var program))
{
    Console.Error.WriteLine("give a kind of program (machine, paged, hostile), the first seed, and how many");
    return 2;
}

int firstSeed = int.Parse(first, CultureInfo.InvariantCulture);
int seeds = int.Parse(count, CultureInfo.InvariantCulture);
int cut = 0;
for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
{
    // Whoever started this process knows by the last line which seed killed it.
    Console.WriteLine($"{kind} {seed}");
    try
    {
        if (!LockStep.Run(seed, program))
            cut++;
    }
    catch (Xunit.Sdk.XunitException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}

Console.WriteLine($"{seeds} programs, of which {cut} ended at an instruction that they had written without FENCE.I");
return 0;
