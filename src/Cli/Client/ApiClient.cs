using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trapline.Cli.State;
using Trapline.Shared.Api;

namespace Trapline.Cli.Client;

/// <summary>
/// Talks to a cluster's API on whichever controller node is there: one that cannot be reached is passed over, and while there is no controller the next
/// one is waited for, if a <see cref="ControllerWait"/> is given. What the API rejects becomes a <see cref="CliException"/> with its message.
/// </summary>
internal sealed class ApiClient : IDisposable
{
    private static readonly TimeSpan RequestBound = TimeSpan.FromSeconds(30);

    /// <summary>A node that has not answered a read for so long hangs: another one is asked. Longer than a node itself waits for the controller.</summary>
    private static readonly TimeSpan HangBound = TimeSpan.FromSeconds(8);

    private static readonly TimeSpan BeforeGoingOn = TimeSpan.FromMilliseconds(250);

    private readonly ImmutableArray<Uri> _apis;
    private readonly HttpClient _http;
    private readonly string _authorization;
    private readonly ControllerWait? _wait;

    /// <summary>The address that answered last, or the one behind those that did not: shared by all calls, which may run at a time.</summary>
    private int _present;

    /// <summary>A client for the given addresses.</summary>
    public ApiClient(IEnumerable<Uri> apis, string token, ControllerWait? wait = null, HttpMessageHandler? handler = null)
    {
        _apis = [.. apis];
        _wait = wait;
        _http = new HttpClient(handler ?? new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(2) }) { Timeout = Timeout.InfiniteTimeSpan };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _authorization = $"Bearer {token}";
    }

    /// <summary>A client for the cluster on a data root; throws if there is none.</summary>
    public static ApiClient Open(DataFolder data, ControllerWait? wait = null)
    {
        if (ClusterState.Read(data.State) is not { } state)
            throw new CliException(ExitCodes.Unavailable, $"no cluster runs on {data.Path}: 'trapline up' starts one, --data names another");
        return new ApiClient(state.Apis, ApiToken.ReadOrCreate(data.Path), wait);
    }

    /// <summary>Reads.</summary>
    public Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, null, type, cancellation);

    /// <summary>Asks for a change.</summary>
    public Task<AcceptedView> ChangeAsync(HttpMethod method, string path, CancellationToken cancellation) =>
        SendAsync(method, path, null, ApiJson.Default.AcceptedView, cancellation);

    /// <summary>Asks for a change, with JSON.</summary>
    public Task<AcceptedView> PostAsync<TBody>(string path, TBody body, JsonTypeInfo<TBody> type, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), ApiJson.Default.AcceptedView, cancellation);

    /// <summary>Sends JSON and reads what is answered.</summary>
    public Task<T> SendAsync<TBody, T>(HttpMethod method, string path, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<T> answer, CancellationToken cancellation) =>
        SendAsync(method, path, JsonSerializer.SerializeToUtf8Bytes(body, type), answer, cancellation);

    /// <summary>Asks without a body and reads what is answered.</summary>
    public Task<T> SendAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> answer, CancellationToken cancellation) =>
        SendAsync(method, path, null, answer, cancellation);

    /// <summary>Asks for a change, with JSON, whose answer is more than that it is accepted.</summary>
    public Task<TAnswer> PostAsync<TBody, TAnswer>(string path, TBody body, JsonTypeInfo<TBody> type, JsonTypeInfo<TAnswer> answer, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Post, path, JsonSerializer.SerializeToUtf8Bytes(body, type), answer, cancellation);

    /// <summary>Sends files, however large. The first controller node that can be reached gets them.</summary>
    public async Task<T> UploadAsync<T>(string path, MultipartContent content, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        await FindControllerAsync(cancellation).ConfigureAwait(false); // puts a node that can be reached in front: content is sent once
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Present, path)) { Content = content };
            using var response = await _http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
                throw await RejectionAsync(response, cancellation).ConfigureAwait(false);
            return Read(await response.Content.ReadAsByteArrayAsync(cancellation).ConfigureAwait(false), answer);
        }
        catch (Exception e) when (e is HttpRequestException or SocketException)
        {
            throw new CliException(ExitCodes.Unavailable, $"the files could not be sent to {Present} ({e.Message}): 'trapline image ls' shows whether they came through");
        }
    }

    /// <summary>Has something deleted that has no answer.</summary>
    public async Task DeleteAsync(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Delete, path, null, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>Asks for something that has no answer.</summary>
    public async Task PostAsync(string path, CancellationToken cancellation)
    {
        using var response = await SendAsync(HttpMethod.Post, path, null, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
    }

    /// <summary>Types at a guest's console; returns how many bytes were taken.</summary>
    public async Task<int> TypeAsync(string vm, byte[] bytes, CancellationToken cancellation) =>
        (await SendAsync(HttpMethod.Post, $"/v1/vms/{PathPart.Of(vm)}/console", bytes, ApiJson.Default.ConsoleTakenView, cancellation).ConfigureAwait(false)).Taken;

    /// <summary>Follows a stream of server-sent events until it ends or is cancelled.</summary>
    public IAsyncEnumerable<T> FollowAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation) => FollowAsync(HttpMethod.Get, path, type, cancellation);

    /// <summary>Follows a stream of server-sent events, with the method that begins it.</summary>
    public async IAsyncEnumerable<T> FollowAsync<T>(HttpMethod method, string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var response = await SendAsync(method, path, null, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        var stream = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (var item in SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize(data, type)!).EnumerateAsync(cancellation).ConfigureAwait(false))
                yield return item.Data;
        }
    }

    /// <summary>Follows a stream of server-sent events, over another node whenever a connection breaks, until it is cancelled or nobody has it any more.</summary>
    /// <param name="pathAfter">Where the stream goes on after an item; it begins with the one after null.</param>
    /// <param name="type">The items' type.</param>
    /// <param name="cancellation">Ends it.</param>
    public async IAsyncEnumerable<T> FollowOnAsync<T>(Func<T?, string> pathAfter, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellation)
        where T : class
    {
        for (T? last = null; ;)
        {
            var items = FollowAsync(pathAfter(last), type, cancellation).GetAsyncEnumerator(cancellation);
            await using (items.ConfigureAwait(false))
            {
                while (await MovesOnAsync(items).ConfigureAwait(false))
                    yield return last = items.Current;
            }

            await Task.Delay(BeforeGoingOn, TimeProvider.System, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a WebSocket on a controller node that can be reached.</summary>
    public async Task<WebSocket> ConnectAsync(string path, CancellationToken cancellation)
    {
        var problem = "";
        var at = Volatile.Read(ref _present);
        for (var attempt = 0; attempt < _apis.Length; attempt++, at = PassOver(at))
        {
            var socket = new ClientWebSocket();
            try
            {
                socket.Options.SetRequestHeader("Authorization", _authorization);
                socket.Options.Proxy = null;
                await socket.ConnectAsync(new UriBuilder(new Uri(_apis[at], path)) { Scheme = "ws" }.Uri, cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (WebSocketException e)
            {
                socket.Dispose();
                problem = e.Message;
            }
        }

        throw new CliException(ExitCodes.Unavailable, $"no controller opens a connection at {string.Join(", ", _apis)} ({problem}): 'trapline status' tells more");
    }

    /// <summary>Whether the controller answers.</summary>
    public async Task<bool> IsReadyAsync(CancellationToken cancellation)
    {
        try
        {
            await LookAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (CliException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> SendAsync<T>(HttpMethod method, string path, byte[]? body, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        bound.CancelAfter(RequestBound);
        try
        {
            using var response = await SendAsync(method, path, body, HttpCompletionOption.ResponseContentRead, bound.Token).ConfigureAwait(false);
            var bytes = await response.Content.ReadAsByteArrayAsync(bound.Token).ConfigureAwait(false);
            return Read(bytes, type);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CliException(ExitCodes.Unavailable, $"the API has not answered within {RequestBound.TotalSeconds:0} s");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, byte[]? body, HttpCompletionOption completion, CancellationToken cancellation)
    {
        if (_wait is null)
            return await AskAsync(method, path, body, completion, cancellation).ConfigureAwait(false);
        var isRead = method == HttpMethod.Get;
        if (!isRead)
            await FindControllerAsync(cancellation).ConfigureAwait(false);
        return await _wait.UntilAnsweredAsync(
            problem => isRead || !problem.MayHaveActed, token => AskAsync(method, path, body, completion, token), cancellation).ConfigureAwait(false);
    }

    /// <summary>Before a change: whether one that no controller answered was made cannot be told, so that it is asked for only when there is one.</summary>
    private async Task FindControllerAsync(CancellationToken cancellation)
    {
        if (_wait is null)
            await IsReadyAsync(cancellation).ConfigureAwait(false);
        else if (!_wait.HasJustAnswered)
            await _wait.UntilAnsweredAsync(_ => true, LookAsync, cancellation).ConfigureAwait(false);
    }

    private async Task<bool> LookAsync(CancellationToken cancellation)
    {
        using var response = await AskAsync(HttpMethod.Get, "/readyz", null, HttpCompletionOption.ResponseContentRead, cancellation).ConfigureAwait(false);
        return true;
    }

    /// <summary>Asks the nodes one after the other until one can be reached, once.</summary>
    private async Task<HttpResponseMessage> AskAsync(HttpMethod method, string path, byte[]? body, HttpCompletionOption completion, CancellationToken cancellation)
    {
        var at = Volatile.Read(ref _present);
        for (var attempt = 0; ; attempt++, at = PassOver(at))
        {
            using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            if (_apis.Length > 1 && method == HttpMethod.Get)
                bound.CancelAfter(HangBound);
            try
            {
                using var request = new HttpRequestMessage(method, new Uri(_apis[at], path));
                if (body is not null)
                    request.Content = new ByteArrayContent(body);
                var response = await _http.SendAsync(request, completion, bound.Token).ConfigureAwait(false);
                if (response.IsSuccessStatusCode)
                    return response;
                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                    PassOver(at); // it serves and finds no controller: the next call asks another node
                using (response)
                    throw await RejectionAsync(response, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } or SocketException)
            {
                // Nothing was sent: asking the next one cannot do anything twice. The bare SocketException is that of a connection whose other end died
                // between being made and being used: the HTTP client asks it for its address then.
                if (attempt + 1 >= _apis.Length)
                    throw new NoControllerException($"no controller can be reached at {string.Join(", ", _apis)}: 'trapline status' tells more", mayHaveActed: false);
            }
            catch (HttpRequestException e)
            {
                PassOver(at);
                throw new NoControllerException($"the connection to {_apis[at]} broke ({e.Message}); a change that was asked for may have been made", mayHaveActed: true);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                PassOver(at);
                throw new NoControllerException($"{_apis[at]} has not answered within {HangBound.TotalSeconds:0} s", mayHaveActed: true);
            }
        }
    }

    private static async Task<bool> MovesOnAsync<T>(IAsyncEnumerator<T> items)
    {
        try
        {
            return await items.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return false; // the node has died
        }
    }

    private Uri Present => _apis[Volatile.Read(ref _present)];

    /// <summary>The address behind one that cannot be reached. Other calls begin there, too, unless one of them has found another meanwhile.</summary>
    private int PassOver(int at)
    {
        var next = (at + 1) % _apis.Length;
        Interlocked.CompareExchange(ref _present, next, at);
        return next;
    }

    private static T Read<T>(byte[] answer, JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(answer, type) ?? throw new JsonException("it is null");
        }
        catch (JsonException e)
        {
            throw new CliException(ExitCodes.HypervisorFault, $"the API's answer cannot be read ({e.Message}): is it another version of Trapline?");
        }
    }

    private static async Task<CliException> RejectionAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var text = await response.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        try
        {
            if (JsonSerializer.Deserialize(text, ApiJson.Default.ProblemView) is { Detail: not null } problem)
                return problem.Type == ProblemTypes.NoController ? new NoControllerException(problem.Detail, mayHaveActed: true) : new CliException(CodeOf(response.StatusCode), problem.Detail);
        }
        catch (JsonException)
        {
            // Whatever stands there instead of problem details, its status says enough.
        }

        return new CliException(CodeOf(response.StatusCode), $"the API answers {(int)response.StatusCode} {response.ReasonPhrase}");
    }

    private static int CodeOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge => ExitCodes.Usage,
        HttpStatusCode.NotFound => ExitCodes.NotFound,
        HttpStatusCode.Conflict => ExitCodes.Conflict,
        HttpStatusCode.ServiceUnavailable or HttpStatusCode.Unauthorized => ExitCodes.Unavailable,
        _ => ExitCodes.HypervisorFault,
    };
}
