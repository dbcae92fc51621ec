namespace Akka;

/// <summary>What a task yields that completes without a value.</summary>
public sealed class Done
{
    /// <summary>The only value.</summary>
    public static readonly Done Instance = new();

    private Done()
    {
    }
}
