using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Trapline.Shared;
using Trapline.Shared.Naming;

namespace Trapline.Controller.Api;

/// <summary>One route: what is served, and what the OpenAPI document says about it.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">The path, with parameters in braces.</param>
/// <param name="Summary">One line.</param>
/// <param name="Handler">Serves it.</param>
internal sealed record ApiRoute(string Method, string Path, string Summary, RequestDelegate Handler)
{
    /// <summary>The JSON that it takes.</summary>
    public JsonTypeInfo? Body { get; init; }

    /// <summary>The JSON that it answers.</summary>
    public JsonTypeInfo? Answer { get; init; }

    /// <summary>The type of what it takes or answers, where that is not JSON.</summary>
    public string? OtherBody { get; init; }

    /// <summary>What is in that, where more can be said than its type.</summary>
    public Func<JsonObject>? OtherBodySchema { get; init; }

    /// <summary>The type of what it answers, where that is not JSON.</summary>
    public string? OtherAnswer { get; init; }

    /// <summary>What each of the server-sent events holds that it answers when asked to go on.</summary>
    public JsonTypeInfo? Stream { get; init; }

    /// <summary>Parameters of the query: no others are taken.</summary>
    public IReadOnlyDictionary<string, ApiParameter> Query { get; init; } = new Dictionary<string, ApiParameter>(StringComparer.Ordinal);

    /// <summary>The status of an answer that is no problem.</summary>
    public int Status { get; init; } = StatusCodes.Status200OK;

    /// <summary>Whether it needs no token: it holds no secrets.</summary>
    public bool IsOpen => BearerCheck.IsOpen(Path);

    /// <summary>The route that serves a request.</summary>
    public static ApiRoute Of(HttpContext context) => context.GetEndpoint()!.Metadata.GetRequiredMetadata<ApiRoute>();

    /// <summary>Refuses parameters that mean nothing: who misspells one should hear of it.</summary>
    public Task ServeAsync(HttpContext context)
    {
        if (context.Request.Query.Keys.FirstOrDefault(key => !Query.ContainsKey(key)) is { } unknown)
            throw new ApiProblem(ProblemKind.Invalid, UnknownName.Describe("parameter", unknown, "Parameters", Query.Keys));
        context.Response.StatusCode = Status;
        return Handler(context);
    }
}

/// <summary>A parameter of a query.</summary>
/// <param name="Type">Its JSON type.</param>
/// <param name="About">What it is.</param>
internal sealed record ApiParameter(string Type, string About)
{
    /// <summary>A number that is not negative.</summary>
    public static ApiParameter Number(string about) => new("integer", about);

    /// <summary>A switch: true, or 1, switches it on.</summary>
    public static ApiParameter Flag(string about) => new("boolean", about);

    /// <summary>A text.</summary>
    public static ApiParameter Text(string about) => new("string", about);
}

/// <summary>Reading requests and writing answers, as all routes do it.</summary>
internal static class HttpJson
{
    /// <summary>Answers with JSON.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }

    /// <summary>Reads the body; an empty one gives <paramref name="fallback"/>.</summary>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type, T? fallback = default)
    {
        if (context.Request.ContentLength is null or 0 && fallback is not null)
            return fallback;
        return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted).ConfigureAwait(false)
            ?? throw new ApiProblem(ProblemKind.Invalid, "The body is null.");
    }

    /// <summary>A part of the path. Routing leaves slashes escaped; a name that holds one means nothing, and is told as it was given.</summary>
    public static string Part(HttpContext context, string name) => ((string)context.Request.RouteValues[name]!).Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A number of the query.</summary>
    public static long Number(HttpContext context, string name, long fallback)
    {
        var text = Given(context, name, "integer");
        if (text.Length == 0)
            return fallback;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ApiProblem(ProblemKind.Invalid, $"{name}={text} is no number.");
    }

    /// <summary>A switch of the query.</summary>
    public static bool Flag(HttpContext context, string name) => Given(context, name, "boolean") is "true" or "1";

    /// <summary>A text of the query; empty if it is not given.</summary>
    public static string Text(HttpContext context, string name) => Given(context, name, "string");

    /// <summary>What the description does not have nobody may read.</summary>
    private static string Given(HttpContext context, string name, string type)
    {
        Invariant.Require(ApiRoute.Of(context).Query.GetValueOrDefault(name)?.Type == type, "a parameter that is read is declared");
        return context.Request.Query[name].ToString();
    }
}
