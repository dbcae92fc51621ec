using System.Collections.Immutable;
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

    /// <summary>The route that serves it.</summary>
    public static ApiRoute RouteFor(ImmutableArray<ApiRoute> routes)
    {
        var text = new Lazy<string>(() => Of(routes).ToJsonString());
        return new ApiRoute("GET", "/openapi.json", "This description", context =>
        {
            context.Response.ContentType = Json;
            return context.Response.WriteAsync(text.Value, context.RequestAborted);
        });
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
                ["schemas"] = new JsonObject { ["Problem"] = Schema(ApiJson.Default.ProblemView) },
            },
        };
    }

    private static JsonObject Operation(ApiRoute route)
    {
        var operation = new JsonObject { ["summary"] = route.Summary };
        var parameters = new JsonArray();
        foreach (Match match in PathParameter().Matches(route.Path))
            parameters.Add((JsonNode)Parameter(match.Groups["name"].Value, "path", null));
        foreach (var (name, about) in route.Query)
            parameters.Add((JsonNode)Parameter(name, "query", about));
        if (parameters.Count > 0)
            operation["parameters"] = parameters;
        if (route.Body is { } body)
            operation["requestBody"] = new JsonObject { ["content"] = Content(Json, Schema(body)) };
        else if (route.OtherBody is { } other)
            operation["requestBody"] = new JsonObject { ["content"] = Content(other, new JsonObject()) };
        var answer = new JsonObject { ["description"] = "It worked" };
        if (route.Answer is { } type)
            answer["content"] = Content(Json, Schema(type));
        else if (route.OtherAnswer is { } text)
            answer["content"] = Content(text, new JsonObject());
        operation["responses"] = new JsonObject
        {
            ["2XX"] = answer,
            ["default"] = new JsonObject
            {
                ["description"] = "It did not: problem details (RFC 9457)",
                ["content"] = Content("application/problem+json", new JsonObject { ["$ref"] = "#/components/schemas/Problem" }),
            },
        };
        return operation;
    }

    private static JsonObject Parameter(string name, string where, string? about)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = where, ["required"] = where == "path", ["schema"] = new JsonObject { ["type"] = "string" } };
        if (about is not null)
            parameter["description"] = about;
        return parameter;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static JsonNode Schema(JsonTypeInfo type) => type.GetJsonSchemaAsNode();

    [GeneratedRegex(@"\{(?<name>\w+)\}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PathParameter();
}
