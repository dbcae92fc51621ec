using System.Globalization;

namespace Trapline.TestSupport;

/// <summary>
/// How long seeded random tests run. Usually bounded for CI; <c>TRAPLINE_FUZZ_FACTOR=100</c> makes each a hundred times longer, and
/// <c>TRAPLINE_FUZZ_SEED</c> starts from another seed. A failing round names its seed.
/// </summary>
public static class FuzzRun
{
    /// <summary>The seeds of a test's rounds.</summary>
    /// <param name="usual">How many rounds CI runs.</param>
    public static IEnumerable<int> Seeds(int usual)
    {
        var first = Read("TRAPLINE_FUZZ_SEED", 1);
        return Enumerable.Range(first, checked(usual * Read("TRAPLINE_FUZZ_FACTOR", 1)));
    }

    /// <summary>Runs a body once per seed, and names the seed where it fails.</summary>
    public static void ForEachSeed(int usual, Action<Random> body)
    {
        foreach (var seed in Seeds(usual))
        {
            try
            {
                body(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"failed with seed {seed} (TRAPLINE_FUZZ_SEED={seed}): {e.Message}", e);
            }
        }
    }

    private static int Read(string variable, int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            ? value
            : usual;
}
