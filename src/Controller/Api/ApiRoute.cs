using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

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

    /// <summary>The type of what it answers, where that is not JSON.</summary>
    public string? OtherAnswer { get; init; }

    /// <summary>Parameters of the query, with what they are.</summary>
    public IReadOnlyDictionary<string, string> Query { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);
}

/// <summary>Reading requests and writing answers, as all routes do it.</summary>
internal static class HttpJson
{
    /// <summary>Answers with JSON.</summary>
    public static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type, int status = StatusCodes.Status200OK)
    {
        context.Response.StatusCode = status;
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

    /// <summary>A part of the path.</summary>
    public static string Part(HttpContext context, string name) => (string)context.Request.RouteValues[name]!;

    /// <summary>A number of the query.</summary>
    public static long Number(HttpContext context, string name, long fallback)
    {
        var text = context.Request.Query[name].ToString();
        if (text.Length == 0)
            return fallback;
        return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new ApiProblem(ProblemKind.Invalid, $"{name}={text} is no number.");
    }

    /// <summary>A switch of the query.</summary>
    public static bool Flag(HttpContext context, string name) => context.Request.Query[name].ToString() is "true" or "1";
}
