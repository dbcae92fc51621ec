namespace Trapline.Cli.Output;

/// <summary>Asks before something is done that cannot be undone.</summary>
internal static class Confirmation
{
    /// <summary>Asks at the terminal.</summary>
    /// <param name="question">What is about to be done.</param>
    /// <returns>Whether the answer is yes.</returns>
    /// <exception cref="CliException">There is nobody to ask.</exception>
    public static bool IsGiven(string question)
    {
        if (Console.IsInputRedirected)
            throw new CliException(ExitCodes.Usage, $"nobody can be asked here: '{question}' Give --yes if that is what you want");
        Console.Error.Write($"{question} [y/N] ");
        if (Console.In.ReadLine()?.Trim().ToLowerInvariant() is "y" or "yes")
            return true;
        Console.Error.WriteLine("Nothing was deleted.");
        return false;
    }
}
