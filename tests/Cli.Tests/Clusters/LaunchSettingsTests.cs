using Trapline.Cli.Launching;
using Trapline.Cli.State;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>Settings of a cluster are checked before anything of it starts.</summary>
public sealed class LaunchSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");

    private LaunchOptions With(string text, params string[] set)
    {
        var file = Path.Combine(_folder.FullName, "my.conf");
        File.WriteAllText(file, text);
        return new LaunchOptions(null, file, TimeProvider.System) { Settings = [.. set] };
    }

    [Fact]
    public void Faults_may_be_injected_unless_the_user_says_otherwise()
    {
        Assert.Equal<string>(["trapline.fault-injection=on"], LaunchSettings.Check(new LaunchOptions(null, null, TimeProvider.System)));
        Assert.Equal<string>(["trapline.host.workers=1", "trapline.fault-injection=on"], LaunchSettings.Check(With("trapline.host.drain-time = 5s", "trapline.host.workers=1")));
        Assert.Empty(LaunchSettings.Check(With("trapline.fault-injection = off")));
        Assert.Equal<string>(["trapline.fault-injection=off"], LaunchSettings.Check(With("trapline.fault-injection = on", "trapline.fault-injection=off")));
    }

    [Fact]
    public async Task The_users_file_is_copied_as_it_is_for_nobody_else_to_read()
    {
        var data = new DataFolder(_folder.FullName);
        var options = With("# line one\ntrapline.host.workers = 1\n");
        await LaunchSettings.WriteAsync(options, data, CancellationToken.None);
        await LaunchSettings.WriteAsync(options, data, CancellationToken.None);
        Assert.Equal(await File.ReadAllTextAsync(options.ConfigFile!), await File.ReadAllTextAsync(data.Settings));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(data.Settings));
        Assert.Equal($"{options.ConfigFile}:2: wrong", LaunchSettings.OfFile($"{data.Settings}:2: wrong", options, data));
    }

    [Fact]
    public async Task A_cluster_with_a_setting_that_there_is_not_does_not_start()
    {
        await RefusedAsync("my.conf:2: trapline.host.wokers: there is no such setting; did you mean trapline.host.workers?", With("\ntrapline.host.wokers = 2"));
        await RefusedAsync("command line: trapline.controller.balnce: there is no such setting; did you mean trapline.controller.balance?", With("", "trapline.controller.balnce=off"));
        await RefusedAsync("command line: --set balance: expected KEY=VALUE", With("", "balance"));
        await RefusedAsync("my.conf.not: cannot be read", With("") with { ConfigFile = Path.Combine(_folder.FullName, "my.conf.not") });
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private async Task RefusedAsync(string complaint, LaunchOptions options)
    {
        var data = new DataFolder(Path.Combine(_folder.FullName, "data"));
        var e = await Assert.ThrowsAsync<CliException>(() => LocalCluster.StartAsync(data, 1, 1, options, _ => Assert.Fail("nothing starts"), CancellationToken.None));
        Assert.Contains(complaint, e.Message, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Usage, e.ExitCode);
        Assert.False(Directory.Exists(data.Logs));
        data.TryLock()!.Dispose();
    }
}
