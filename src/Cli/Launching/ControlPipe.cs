using System.Collections.Immutable;
using System.IO.Pipes;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Trapline.Cli.State;

namespace Trapline.Cli.Launching;

/// <summary>What is asked of a cluster's supervisor.</summary>
/// <param name="Add">Start so many host nodes.</param>
/// <param name="Remove">End this host node for good.</param>
internal sealed record ControlRequest(int? Add = null, string? Remove = null);

/// <summary>What it says.</summary>
/// <param name="Nodes">The nodes that were started or ended.</param>
/// <param name="Problem">Why not.</param>
/// <param name="Code">The exit code for it.</param>
internal sealed record ControlAnswer(ImmutableArray<string> Nodes, string? Problem = null, int Code = 0);

/// <summary>How both are written: one line of JSON each.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlAnswer))]
internal sealed partial class ControlJson : JsonSerializerContext;

/// <summary>The way to the supervisor of a local cluster: a pipe for its own user alone, whose name follows from the data root.</summary>
internal static class ControlPipe
{
    private static readonly TimeSpan ConnectBound = TimeSpan.FromSeconds(2);

    /// <summary>The pipe of a cluster: a path, so that both ends mean the same whatever their environment says.</summary>
    public static string PathOf(DataFolder data) =>
        Path.Combine(Path.GetTempPath(), $"trapline-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(data.Path)))[..16]}.pipe");

    /// <summary>Asks the supervisor of a running cluster.</summary>
    public static async Task<ControlAnswer> AskAsync(string path, ControlRequest request, CancellationToken cancellation)
    {
        try
        {
            var pipe = new NamedPipeClientStream(".", path, PipeDirection.InOut, PipeOptions.Asynchronous | PipeOptions.CurrentUserOnly);
            await using (pipe.ConfigureAwait(false))
            {
                await pipe.ConnectAsync(ConnectBound, cancellation).ConfigureAwait(false);
                await pipe.WriteAsync((byte[])[.. JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest), (byte)'\n'], cancellation).ConfigureAwait(false);
                using var reader = new StreamReader(pipe);
                var line = await reader.ReadLineAsync(cancellation).ConfigureAwait(false) ?? throw new IOException("it has hung up");
                var answer = JsonSerializer.Deserialize(line, ControlJson.Default.ControlAnswer)!;
                return answer.Problem is { } problem ? throw new CliException(answer.Code, problem) : answer;
            }
        }
        catch (Exception e) when (e is IOException or TimeoutException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCodes.Unavailable, $"the cluster's supervisor does not answer ({e.Message}): 'trapline status' tells whether there is one");
        }
    }
}
