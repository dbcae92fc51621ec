using Microsoft.AspNetCore.Http;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>Which part of a list, in the order of ids, a request wants: so that an answer stays small however much there is.</summary>
/// <param name="After">Only what is behind this id; null begins.</param>
/// <param name="Limit">About so many entries.</param>
internal sealed record Page(string? After, int Limit)
{
    private const int Default = 1_000;
    private const int Most = 4_000;

    /// <summary>The same of a list of VMs.</summary>
    public VmId? AfterVm => After is null ? null : new VmId(After);

    /// <summary>How it is asked for.</summary>
    /// <param name="kind">Whose ids they are: <c>VM</c>.</param>
    public static IReadOnlyDictionary<string, ApiParameter> ParametersOf(string kind) => new Dictionary<string, ApiParameter>(StringComparer.Ordinal)
    {
        ["after"] = ApiParameter.Text($"Only what is behind the {kind} with this id: the last one of the page before"),
        ["limit"] = ApiParameter.Number($"About so many entries, at most {Most}; {Default} without it"),
    };

    /// <summary>What a request wants.</summary>
    public static Page Of(HttpContext context)
    {
        var after = context.Request.Query["after"].ToString();
        if (after.Length > 0 && !TextId.IsValid(after))
            throw new ApiProblem(ProblemKind.Invalid, $"after={after} is no id: {TextId.Form}.");
        var limit = HttpJson.Number(context, "limit", Default);
        if (limit is < 1 or > Most)
            throw new ApiProblem(ProblemKind.Invalid, $"limit={limit} is not possible: give a number from 1 to {Most}.");
        return new Page(after.Length > 0 ? after : null, (int)limit);
    }
}
