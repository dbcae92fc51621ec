using System.Collections.Concurrent;
using Trapline.Cli.Launching;

namespace Trapline.Cli.Tests.Clusters;

/// <summary>The supervisor's pipe goes on, whatever becomes of a request, and waits for better times where it cannot be made.</summary>
public sealed class ControlServerTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("trapline-");
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<string> _said = new();
    private Task _serving = Task.CompletedTask;

    [Fact]
    public async Task A_request_that_fails_is_answered_and_the_next_one_is_served()
    {
        var path = Serve("a.pipe", request => request.Add switch
        {
            1 => throw new CliException(ExitCodes.Usage, "not so many"),
            2 => throw new InvalidOperationException("a defect"),
            _ => new ControlAnswer(["node4"]),
        });
        var refused = await Assert.ThrowsAsync<CliException>(() => Ask(path, new ControlRequest(Add: 1)));
        Assert.Equal((ExitCodes.Usage, "not so many"), (refused.ExitCode, refused.Message));
        var failed = await Assert.ThrowsAsync<CliException>(() => Ask(path, new ControlRequest(Add: 2)));
        Assert.Equal(ExitCodes.HypervisorFault, failed.ExitCode);
        Assert.Contains("a defect", failed.Message, StringComparison.Ordinal);
        for (var i = 0; i < 100; i++)
            Assert.Equal<string>(["node4"], (await Ask(path, new ControlRequest(Add: 3))).Nodes);
    }

    [Fact]
    public async Task A_pipe_that_cannot_be_made_is_said_once_and_made_when_it_can_be()
    {
        var path = Serve(Path.Combine("not-yet", "a.pipe"), _ => new ControlAnswer(["node4"]));
        await Task.Delay(TimeSpan.FromMilliseconds(1200), TimeProvider.System);
        Assert.Contains(path, Assert.Single(_said), StringComparison.Ordinal);
        _folder.CreateSubdirectory("not-yet");
        Assert.Equal<string>(["node4"], (await UntilAnswered(path, new ControlRequest(Add: 1))).Nodes);
        Assert.Single(_said);
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _end.CancelAsync();
        await _serving;
        _end.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Serve(string name, Func<ControlRequest, ControlAnswer> serve)
    {
        var path = Path.Combine(_folder.FullName, name);
        _serving = new ControlServer(path, (request, _) => Task.FromResult(serve(request)), _said.Enqueue, TimeProvider.System).ServeAsync(_end.Token);
        return path;
    }

    /// <summary>Asks again until somebody answers: on a loaded machine the pipe is made later than whoever asks once waits.</summary>
    private static async Task<ControlAnswer> UntilAnswered(string path, ControlRequest request)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (; ; )
        {
            try
            {
                return await Ask(path, request);
            }
            catch (CliException e) when (e.ExitCode == ExitCodes.Unavailable && TimeProvider.System.GetElapsedTime(began) < TraplineProcess.Patience)
            {
                // Not yet.
            }
        }
    }

    private static Task<ControlAnswer> Ask(string path, ControlRequest request) => ControlPipe.AskAsync(path, request, CancellationToken.None);
}
