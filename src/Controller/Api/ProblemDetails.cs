using System.Text.Json;
using Microsoft.AspNetCore.Connections;
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
        catch (Exception e) when (e is ConnectionResetException || (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested))
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
            case BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }:
                return new ApiProblem(ProblemKind.TooLarge, $"The body is too large: {e.Message}");
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
