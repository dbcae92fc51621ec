using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Serilog;
using Trapline.Shared.Api;

namespace Trapline.Controller.Api;

/// <summary>Answers whatever went wrong with problem details (RFC 9457).</summary>
internal static class ProblemDetails
{
    public static async Task Handle(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            await Answer(context, ProblemOf(e)).ConfigureAwait(false);
        }
    }

    private static ApiProblem ProblemOf(Exception e)
    {
        switch (e)
        {
            case ApiProblem problem:
                return problem;
            case JsonException or BadHttpRequestException:
                return new ApiProblem(ProblemKind.Invalid, $"The body cannot be read: {e.Message}");
            default:
                Log.Error(e, "A request to the API failed");
                return new ApiProblem(ProblemKind.Defect, $"{e.GetType().Name}: {e.Message}");
        }
    }

    private static Task Answer(HttpContext context, ApiProblem problem)
    {
        var (status, type, title) = problem.Describe();
        context.Response.StatusCode = status;
        if (problem.Kind == ProblemKind.Unauthorized)
            context.Response.Headers.WWWAuthenticate = "Bearer";
        context.Response.ContentType = "application/problem+json";
        return JsonSerializer.SerializeAsync(context.Response.Body, new ProblemView(type, title, status, problem.Message), ApiJson.Default.ProblemView, context.RequestAborted);
    }
}
