using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>What may go wrong with a request: a closed set.</summary>
internal enum ProblemKind
{
    Invalid,
    TooLarge,
    Unauthorized,
    NotFound,
    Conflict,
    NoCapacity,
    Unavailable,
    NoController,
    Defect,
}

/// <summary>Ends a request; <see cref="ProblemDetails"/> turns it into the answer.</summary>
internal sealed class ApiProblem(ProblemKind kind, string detail) : Exception(detail)
{
    public ProblemKind Kind { get; } = kind;

    /// <summary>Whether it may be over soon: nobody answers, or a VM is between two hosts.</summary>
    public bool MayPass => Kind is ProblemKind.Conflict or ProblemKind.Unavailable or ProblemKind.NoController;

    /// <summary>The controller's rejection as a problem.</summary>
    public static ApiProblem Of(Rejected rejected) => new(
        rejected.Kind switch
        {
            RejectionKind.NotFound => ProblemKind.NotFound,
            RejectionKind.Conflict => ProblemKind.Conflict,
            RejectionKind.NoCapacity => ProblemKind.NoCapacity,
            _ => ProblemKind.Invalid,
        },
        rejected.Message);

    /// <summary>A failing journal as a problem.</summary>
    public static ApiProblem Of(NobodyDecides down) => new(
        ProblemKind.Unavailable,
        $"Nothing is decided now: {down.Problem}. {(down.MayBeKept ? "What was asked for may have been kept, or not; look before you ask again." : "Nothing was changed; ask again when that is mended.")}");

    public (int Status, string Type, string Title) Describe() => Kind switch
    {
        ProblemKind.Invalid => (StatusCodes.Status400BadRequest, "urn:trapline:invalid", "The request is not well-formed"),
        ProblemKind.TooLarge => (StatusCodes.Status413PayloadTooLarge, "urn:trapline:too-large", "The request is too large"),
        ProblemKind.Unauthorized => (StatusCodes.Status401Unauthorized, "urn:trapline:unauthorized", "The token is missing or wrong"),
        ProblemKind.NotFound => (StatusCodes.Status404NotFound, "urn:trapline:not-found", "What the request names does not exist"),
        ProblemKind.Conflict => (StatusCodes.Status409Conflict, "urn:trapline:conflict", "The request does not fit the present state"),
        ProblemKind.NoCapacity => (StatusCodes.Status409Conflict, "urn:trapline:no-capacity", "There is no capacity"),
        ProblemKind.Unavailable => (StatusCodes.Status503ServiceUnavailable, "urn:trapline:unavailable", "Nobody answers now"),
        ProblemKind.NoController => (StatusCodes.Status503ServiceUnavailable, ProblemTypes.NoController, "No controller answers now"),
        _ => (StatusCodes.Status500InternalServerError, "urn:trapline:defect", "A defect of Trapline"),
    };
}
