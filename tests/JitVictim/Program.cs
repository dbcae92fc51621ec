using System.Globalization;
using Trapline.JitVictim;

if (args is not [var kind, var first, var count] || !Enum.TryParse<ProgramKind>(kind, ignoreCase: true, out var program))
{
    Console.Error.WriteLine("give a kind of program (machine, paged, hostile), the first seed, and how many");
    return 2;
}

int firstSeed = int.Parse(first, CultureInfo.InvariantCulture);
int seeds = int.Parse(count, CultureInfo.InvariantCulture);
for (int seed = firstSeed; seed < firstSeed + seeds; seed++)
{
    // Whoever started this process knows by the last line which seed killed it.
    Console.WriteLine($"{kind} {seed}");
    try
    {
        LockStep.Run(seed, program);
    }
    catch (Xunit.Sdk.XunitException e)
    {
        Console.Error.WriteLine(e.Message);
        return 1;
    }
}

return 0;
