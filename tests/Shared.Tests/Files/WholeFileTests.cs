using Trapline.Shared.Api;
using Trapline.Shared.Files;

namespace Trapline.Shared.Tests.Files;

/// <summary>A file is as it was or as it was to be, whoever reads it and whenever.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");

    private string Target => Path.Combine(_folder.FullName, "state.json");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Readers_see_the_old_content_or_the_new_one_and_nothing_stays_beside_it()
    {
        byte[][] contents = [[.. Enumerable.Repeat((byte)'a', 60_000)], [.. Enumerable.Repeat((byte)'b', 20_000)]];
        WholeFile.Replace(Target, contents[0]);
        var reader = Task.Run(() =>
        {
            for (var seen = 0; seen < 200; seen++)
            {
                var content = File.ReadAllBytes(Target);
                Assert.Contains(contents, c => c.AsSpan().SequenceEqual(content));
            }
        });
        for (var i = 1; i <= 20 || !reader.IsCompleted; i++)
            WholeFile.Replace(Target, contents[i % 2]);
        await reader;
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public void What_a_killed_writer_left_is_written_over()
    {
        File.WriteAllText($"{Target}.{Environment.ProcessId}.new", "half, and longer than what comes now");
        WholeFile.Replace(Target, "whole"u8);
        Assert.Equal("whole", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
    }

    [Fact]
    public void A_private_file_is_its_owners_and_the_first_one_stays()
    {
        WholeFile.CreatePrivate(Target, "first"u8);
        WholeFile.CreatePrivate(Target, "second"u8);
        Assert.Equal("first", File.ReadAllText(Target));
        Assert.Equal([Target], Directory.EnumerateFiles(_folder.FullName));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_named()
    {
        var missing = Path.Combine(_folder.FullName, "none", "state.json");
        Assert.Contains("none", Assert.ThrowsAny<IOException>(() => WholeFile.Replace(missing, "x"u8)).Message, StringComparison.Ordinal);
    }

    /// <summary>As a power failure left it where it was not brought to the disk.</summary>
    [Fact]
    public void An_empty_token_lets_nobody_in_and_says_what_to_do()
    {
        var token = ApiToken.ReadOrCreate(_folder.FullName);
        Assert.Equal(64, token.Length);
        Assert.Equal(token, ApiToken.ReadOrCreate(_folder.FullName));

        File.WriteAllText(ApiToken.PathIn(_folder.FullName), "");
        var refusal = Assert.Throws<IOException>(() => ApiToken.ReadOrCreate(_folder.FullName)).Message;
        Assert.Contains(ApiToken.PathIn(_folder.FullName), refusal, StringComparison.Ordinal);
        Assert.Contains("remove it", refusal, StringComparison.Ordinal);
    }
}
