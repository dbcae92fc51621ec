using System.Collections.Immutable;
using Trapline.Controller.Api;
using Trapline.Shared.Api;

namespace Trapline.Controller.Tests.Api;

/// <summary>The VMs of several nodes in pages: each once, none passed over, whichever node has how many.</summary>
public sealed class UsagePageTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(100)]
    public void Each_vm_is_in_one_page(int limit)
    {
        string[][] nodes = [["a", "b", "c", "m", "z"], ["d", "e"], [], ["c1", "f", "y"]];
        var seen = new List<string>();
        for (var after = ""; ;)
        {
            var answers = nodes.Select((vms, i) => View(i, vms.Where(v => string.CompareOrdinal(v, after) > 0).Take(limit))).ToImmutableArray();
            var page = FigureRoutes.PageOf(answers, limit).SelectMany(n => n.Vms).Select(v => v.Vm).ToList();
            if (page.Count == 0)
                break;
            seen.AddRange(page);
            after = page.Max(StringComparer.Ordinal)!;
        }

        Assert.Equal(nodes.SelectMany(v => v).Order(StringComparer.Ordinal), seen.Order(StringComparer.Ordinal));
    }

    private static NodeUsageView View(int node, IEnumerable<string> vms) => new($"node{node}", 1, 1, 1, [.. vms.Select(vm => new VmUsageView(vm, 1, 1, 1, 1))]);
}
