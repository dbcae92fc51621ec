using Microsoft.AspNetCore.Http;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>Which part of a list, in the order of VMs' ids, a request wants: so that an answer stays small however many VMs there are.</summary>
/// <param name="After">Only what is behind this VM; null begins.</param>
/// <param name="Limit">About so many entries.</param>
internal sealed record Page(VmId? After, int Limit)
{
    private const int Default = 1_000;
    private const int Most = 4_000;

    /// <summary>How it is asked for.</summary>
    public static IReadOnlyDictionary<string, ApiParameter> Parameters { get; } = new Dictionary<string, ApiParameter>(StringComparer.Ordinal)
    {
        ["after"] = ApiParameter.Text("Only what is behind the VM with this id: the last one of the page before"),
        ["limit"] = ApiParameter.Number($"About so many entries, at most {Most}; {Default} without it"),
    };

    /// <summary>What a request wants.</summary>
    public static Page Of(HttpContext context)
    {
        var after = context.Request.Query["after"].ToString();
        if (after.Length > 0 && !TextId.IsValid(after))
            throw new ApiProblem(ProblemKind.Invalid, $"after={after} is no VM's id: {TextId.Form}.");
        var limit = HttpJson.Number(context, "limit", Default);
        if (limit is < 1 or > Most)
            throw new ApiProblem(ProblemKind.Invalid, $"limit={limit} is not possible: give a number from 1 to {Most}.");
        return new Page(after.Length > 0 ? new VmId(after) : null, (int)limit);
    }
}
