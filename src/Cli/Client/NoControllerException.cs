namespace Trapline.Cli.Client;

/// <summary>A request found no controller that answers: the next one may.</summary>
/// <param name="message">What is wrong.</param>
/// <param name="mayHaveActed">Whether a change that was asked for may have been made, or may still be.</param>
internal sealed class NoControllerException(string message, bool mayHaveActed) : CliException(ExitCodes.Unavailable, message)
{
    /// <summary>Whether asking again may do a change twice.</summary>
    public bool MayHaveActed { get; } = mayHaveActed;
}
