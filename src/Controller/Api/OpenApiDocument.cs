using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;

namespace Trapline.Controller.Api;

/// <summary>The API's description (OpenAPI 3.1), made from the table of routes, so that it cannot say anything else than what is served.</summary>
internal static partial class OpenApiDocument
{
    private const string Json = "application/json";
    private const string Events = "text/event-stream";

    private static readonly JsonSchemaExporterOptions SchemaOptions = new() { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = (_, schema) => WithoutRequiredNulls(schema) };

    /// <summary>The route that serves it.</summary>
    public static ApiRoute RouteFor(ImmutableArray<ApiRoute> routes)
    {
        Lazy<string>? text = null;
        var own = new ApiRoute("GET", "/openapi.json", "This description", context =>
        {
            context.Response.ContentType = Json;
            return context.Response.WriteAsync(text!.Value, context.RequestAborted);
        })
        { OtherAnswer = Json };
        text = new Lazy<string>(() => Of(routes.Add(own)).ToJsonString());
        return own;
    }

    /// <summary>The document.</summary>
    public static JsonObject Of(ImmutableArray<ApiRoute> routes)
    {
        var paths = new JsonObject();
        foreach (var path in routes.GroupBy(r => r.Path, StringComparer.Ordinal))
        {
            var operations = new JsonObject();
            foreach (var route in path)
                operations[route.Method.ToLowerInvariant()] = Operation(route);
            paths[path.Key] = operations;
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject { ["title"] = "Trapline", ["version"] = "1" },
            ["security"] = new JsonArray(new JsonObject { ["token"] = new JsonArray() }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["securitySchemes"] = new JsonObject { ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer" } },
                ["schemas"] = new JsonObject { ["Problem"] = ProblemSchema() },
            },
        };
    }

    private static JsonObject Operation(ApiRoute route)
    {
        var operation = new JsonObject { ["operationId"] = NameOf(route), ["summary"] = route.Summary };
        if (route.IsOpen)
            operation["security"] = new JsonArray();
        var parameters = new JsonArray();
        foreach (Match match in PathParameter().Matches(route.Path))
            parameters.Add((JsonNode)Parameter(match.Groups["name"].Value, "path", null, "string"));
        foreach (var (name, about) in route.Query)
            parameters.Add((JsonNode)Parameter(name, "query", about.About, about.Type));
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if (route.Body is { } body)
            operation["requestBody"] = new JsonObject { ["content"] = Content(Json, Schema(body)) };
        else if (route.OtherBody is { } other)
            operation["requestBody"] = new JsonObject { ["content"] = Content(other, route.OtherBodySchema?.Invoke() ?? new JsonObject()) };
        operation["responses"] = Responses(route);
        return operation;
    }

    /// <summary>The operation's name in generated clients: <c>getVmsVmConsole</c>.</summary>
    private static string NameOf(ApiRoute route) => route.Method.ToLowerInvariant() + string.Concat(route.Path
        .Split(['/', '{', '}', '-', '.'], StringSplitOptions.RemoveEmptyEntries).Where(word => word != "v1").Select(word => char.ToUpperInvariant(word[0]) + word[1..]));

    private static JsonObject Responses(ApiRoute route)
    {
        var content = new JsonObject();
        if (route.Answer is { } type)
            content[Json] = new JsonObject { ["schema"] = Schema(type) };
        if (route.Stream is { } item)
            content[Events] = new JsonObject { ["schema"] = Schema(item) };
        if (route.OtherAnswer is { } other)
            content[other] = new JsonObject { ["schema"] = new JsonObject() };
        var answer = new JsonObject { ["description"] = "It worked" };
        if (content.Count > 0)
            answer["content"] = content;
        var responses = new JsonObject { [route.Status.ToString(CultureInfo.InvariantCulture)] = answer };
        foreach (var group in ProblemsOf(route).Select(kind => new ApiProblem(kind, "").Describe()).GroupBy(p => p.Status))
            responses[group.Key.ToString(CultureInfo.InvariantCulture)] = Problem(string.Join("; or: ", group.Select(p => $"{p.Title} ({p.Type})")));
        responses["default"] = Problem("Problem details (RFC 9457)");
        return responses;
    }

    private static JsonObject Problem(string about) => new()
    {
        ["description"] = about,
        ["content"] = Content("application/problem+json", new JsonObject { ["$ref"] = "#/components/schemas/Problem" }),
    };

    /// <summary>What may go wrong: what a request can get wrong follows from what it carries.</summary>
    private static IEnumerable<ProblemKind> ProblemsOf(ApiRoute route)
    {
        var isChange = route.Method != "GET";
        if (route.Body is not null || route.OtherBody is not null || route.Query.Count > 0)
            yield return ProblemKind.Invalid;
        if (route.Body is not null || route.OtherBody is not null)
            yield return ProblemKind.TooLarge;
        if (!route.IsOpen)
            yield return ProblemKind.Unauthorized;
        if (route.Path.Contains('{', StringComparison.Ordinal) || route.Body is not null)
            yield return ProblemKind.NotFound;
        if (isChange || route.Path.Contains('{', StringComparison.Ordinal))
            yield return ProblemKind.Conflict;
        if (isChange && route.Body is not null)
            yield return ProblemKind.NoCapacity;
        if (route.Path is "/healthz" or "/openapi.json")
            yield break;
        yield return ProblemKind.Unavailable;
        yield return ProblemKind.NoController;
    }

    private static JsonNode ProblemSchema()
    {
        var schema = Schema(ApiJson.Default.ProblemView);
        schema["properties"]!["type"] = new JsonObject
        {
            ["type"] = "string",
            ["enum"] = new JsonArray([.. Enum.GetValues<ProblemKind>().Select(kind => (JsonNode)new ApiProblem(kind, "").Describe().Type)]),
        };
        return schema;
    }

    private static JsonObject Parameter(string name, string where, string? about, string type)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = where, ["required"] = where == "path", ["schema"] = new JsonObject { ["type"] = type } };
        if (about is not null)
            parameter["description"] = about;
        return parameter;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonNode Schema(JsonTypeInfo type) => type.GetJsonSchemaAsNode(SchemaOptions);

    /// <summary>What may be null is left out of an answer when it is, and may be left out of a request: so nobody can require it.</summary>
    private static JsonNode WithoutRequiredNulls(JsonNode schema)
    {
        if (schema is not JsonObject { } type || type["required"] is not JsonArray required || type["properties"] is not JsonObject properties)
            return schema;
        foreach (var name in required.Where(name => properties[(string)name!]?["type"] is JsonArray types && types.Any(t => (string?)t == "null")).ToList())
            required.Remove(name);
        if (required.Count == 0)
            type.Remove("required");
        return schema;
    }

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PathParameter();
}
