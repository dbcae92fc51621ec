using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Trapline.Controller.Api;

/// <summary>Lets requests pass that carry the cluster's token (RFC 6750), and those for what holds no secrets: health, metrics, the API's description.</summary>
internal sealed class BearerCheck(string token)
{
    private const string Scheme = "Bearer ";
    private static readonly string[] Open = ["/healthz", "/readyz", "/metrics", "/openapi.json"];

    private readonly byte[] _token = Encoding.ASCII.GetBytes(token);

    public Task Handle(HttpContext context, RequestDelegate next)
    {
        if (IsOpen(context.Request.Path) || IsRight(context.Request.Headers.Authorization.ToString()))
            return next(context);
        throw new ApiProblem(ProblemKind.Unauthorized, "Send the content of the file api-token in the cluster's data root: Authorization: Bearer TOKEN.");
    }

    /// <summary>Whether a path needs no token.</summary>
    public static bool IsOpen(PathString path) => Array.Exists(Open, open => path == open);

    /// <summary>Compared in constant time: how long it takes says nothing about how much was right.</summary>
    private bool IsRight(string header) =>
        header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), _token);
}
