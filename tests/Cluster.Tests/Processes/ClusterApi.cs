using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Trapline.Shared.Api;

namespace Trapline.Cluster.Tests.Processes;

/// <summary>The API of a cluster, on whichever controller node answers: for looking often, which a command line of its own for each look would make slow.</summary>
internal sealed class ClusterApi : IDisposable
{
    private static readonly JsonSerializerOptions EventsJson = new(JsonSerializerDefaults.Web) { TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
    private readonly IReadOnlyList<Uri> _apis;
    private int _next;

    public ClusterApi(IReadOnlyList<Uri> apis, string token)
    {
        _apis = apis;
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <summary>Reads; null while nobody answers, or when there is no such thing now.</summary>
    public async Task<T?> TryGetAsync<T>(string path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            var response = await _http.GetAsync(new Uri(_apis[_next % _apis.Count], path));
            if (response.IsSuccessStatusCode)
                return await response.Content.ReadFromJsonAsync(type);
            if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
                return null;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            // Another controller node may answer.
        }

        _next++;
        return null;
    }

    /// <summary>The whole cluster, or null.</summary>
    public Task<ClusterView?> TryDescribeAsync() => TryGetAsync("/v1/cluster", ApiJson.Default.ClusterView);

    /// <summary>The events that the controller remembers, or null.</summary>
    public async Task<IReadOnlyList<EventView>?> TryGetEventsAsync() =>
        await TryGetAsync("/v1/events", (JsonTypeInfo<EventView[]>)EventsJson.GetTypeInfo(typeof(EventView[]))) is { } events ? events : null;

    /// <summary>All snapshots, or null.</summary>
    public async Task<IReadOnlyList<SnapshotView>?> TryGetSnapshotsAsync() =>
        await TryGetAsync("/v1/snapshots", (JsonTypeInfo<SnapshotView[]>)EventsJson.GetTypeInfo(typeof(SnapshotView[]))) is { } snapshots ? snapshots : null;

    /// <summary>Types at a guest's console.</summary>
    public async Task TypeAsync(string vm, string text)
    {
        var response = await _http.PostAsync(new Uri(_apis[_next % _apis.Count], $"/v1/vms/{vm}/console"), new ByteArrayContent(Encoding.ASCII.GetBytes(text)));
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Asks for a change once; the status is null when the connection broke before the answer.</summary>
    public async Task<(HttpStatusCode? Status, string Body)> SendAsync(HttpMethod method, string path, string? json = null)
    {
        using var content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        return await SendAsync(method, path, content);
    }

    /// <summary>The same, with something else than JSON.</summary>
    public async Task<(HttpStatusCode? Status, string Body)> SendAsync(HttpMethod method, string path, HttpContent? content)
    {
        try
        {
            using var request = new HttpRequestMessage(method, new Uri(_apis[_next % _apis.Count], path)) { Content = content };
            using var response = await _http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or IOException)
        {
            return (null, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();
}
