using Trapline.Shared.Vms;

namespace Trapline.Controller.Views;

/// <summary>Policies as users write them.</summary>
public static class Words
{
    /// <summary>Of a restart policy.</summary>
    public static string Of(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => "always",
        RestartPolicy.OnFailure => "on-failure",
        _ => "never",
    };

    /// <summary>Of an affinity.</summary>
    public static string Of(GroupAffinity affinity) => affinity.ToString().ToLowerInvariant();

    /// <summary>Finds the value that a word stands for; null if none does. The first value answers for no word.</summary>
    public static T? Find<T>(string? word, Func<T, string> text)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        if (word is null)
            return values[0];
        foreach (var value in values)
        {
            if (text(value) == word)
                return value;
        }

        return null;
    }

    /// <summary>All words, for messages.</summary>
    public static string All<T>(Func<T, string> text)
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(text));
}
