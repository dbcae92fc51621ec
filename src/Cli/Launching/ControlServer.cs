using System.IO.Pipes;
using System.Text.Json;

namespace Trapline.Cli.Launching;

/// <summary>
/// The supervisor's end of its <see cref="ControlPipe"/>: takes one request after the other, whatever becomes of each. A pipe that cannot be made is
/// tried again and again, with a pause.
/// </summary>
/// <param name="path">The pipe.</param>
/// <param name="serve">Carries a request out.</param>
/// <param name="say">Hears what is wrong.</param>
/// <param name="time">The clock.</param>
internal sealed class ControlServer(string path, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> serve, Action<string> say, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Who has connected has so long to say what it wants: others wait.</summary>
    private static readonly TimeSpan RequestBound = TimeSpan.FromSeconds(5);

    /// <summary>The one that is served, and the one that waits.</summary>
    private const int Instances = 2;

    private string? _said;

    /// <summary>Serves until it is cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        var pipe = Open();
        while (!cancellation.IsCancellationRequested)
        {
            NamedPipeServerStream? next = null;
            try
            {
                if (pipe is null)
                {
                    await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
                }
                else
                {
                    await pipe.WaitForConnectionAsync(cancellation).ConfigureAwait(false);
                    next = Open(); // before the present one is closed: who comes in between would be hung up on
                    await ServeAsync(pipe, cancellation).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The other end has gone, or says nothing; or the cluster ends.
            }

            if (pipe is not null)
                await pipe.DisposeAsync().ConfigureAwait(false);
            pipe = next ?? (cancellation.IsCancellationRequested ? null : Open());
        }

        if (pipe is not null)
            await pipe.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A pipe that waits for its other end; null if the system refuses it, which is said once.</summary>
    private NamedPipeServerStream? Open()
    {
        try
        {
            var pipe = new NamedPipeServerStream(path, PipeDirection.InOut, Instances, PipeTransmissionMode.Byte, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            _said = null;
            return pipe;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException)
        {
            if (_said != e.Message)
                say($"nodes cannot be added or removed now: the pipe {path} cannot be made ({e.Message}); it is tried again");
            _said = e.Message;
            return null;
        }
    }

    private async Task ServeAsync(NamedPipeServerStream pipe, CancellationToken cancellation)
    {
        using var reader = new StreamReader(pipe, leaveOpen: true);
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(RequestBound);
        if (await reader.ReadLineAsync(bound.Token).ConfigureAwait(false) is not { } line)
            return;
        var answer = await AnswerAsync(line, cancellation).ConfigureAwait(false);
        await pipe.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(answer, ControlJson.Default.ControlAnswer), (byte)'\n'], cancellation).ConfigureAwait(false);
    }

    /// <summary>A request that fails is the asker's business, also when the failure is a defect: the cluster goes on.</summary>
    private async Task<ControlAnswer> AnswerAsync(string line, CancellationToken cancellation)
    {
        try
        {
            var request = JsonSerializer.Deserialize(line, ControlJson.Default.ControlRequest) ?? throw new JsonException("it is null");
            return await serve(request, cancellation).ConfigureAwait(false);
        }
        catch (CliException e)
        {
            return new ControlAnswer([], e.Message, e.ExitCode);
        }
        catch (JsonException e)
        {
            return new ControlAnswer([], $"the request cannot be read: {e.Message}", ExitCodes.Usage);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            say($"a request failed: {e}");
            return new ControlAnswer([], $"the supervisor has failed at it: {e.GetType().Name}: {e.Message}", ExitCodes.HypervisorFault);
        }
    }
}
