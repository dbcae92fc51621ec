using Trapline.Controller.Model;
using Trapline.Shared.Vms;

namespace Trapline.Controller.Tests.Model;

/// <summary>What users read of closed sets: words, a different one for each value, and never the name that programs get.</summary>
public sealed class WordsTests
{
    [Fact]
    public void Every_value_of_a_closed_set_has_words_of_its_own()
    {
        AllDiffer<EndReason>(Words.Of);
        AllDiffer<DesiredState>(Words.Of);
        AllDiffer<HostAvailability>(Words.Of);
        AllDiffer<RestartPolicy>(Words.Of);
        AllDiffer<GroupAffinity>(Words.Of);
    }

    private static void AllDiffer<T>(Func<T, string> text)
        where T : struct, Enum
    {
        var words = Enum.GetValues<T>().Select(text).ToList();
        Assert.Equal(words.Count, words.Distinct().Count());
        Assert.All(words, word => Assert.DoesNotContain(word, char.IsUpper));
    }
}
