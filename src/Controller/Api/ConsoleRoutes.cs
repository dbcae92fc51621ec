using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Conversations;

namespace Trapline.Controller.Api;

/// <summary>Consoles of guests: what they printed, and typing to them.</summary>
internal sealed class ConsoleRoutes(ClusterGate gate, EventStreams streams)
{
    /// <summary>Most bytes of one input: what a guest's console takes at once.</summary>
    private const int MaxInput = 4096;

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/vms/{vm}/console", "What the guest printed, as far as its host keeps it; with follow=true as server-sent events, over restarts and moves", ReadAsync)
        {
            Answer = ApiJson.Default.ConsoleView,
            Query = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["from"] = "From this position of the present incarnation on",
                ["follow"] = "true: go on with what it prints",
            },
        },
        new("POST", "/v1/vms/{vm}/console", "Type to the guest; the answer says how much fitted", TypeAsync)
        {
            OtherBody = "application/octet-stream",
            Answer = ApiJson.Default.ConsoleTakenView,
        },
    ];

    private async Task ReadAsync(HttpContext context)
    {
        var vm = HttpJson.Part(context, "vm");
        var from = HttpJson.Number(context, "from", 0);
        var first = await AskAsync(vm, from, context.RequestAborted).ConfigureAwait(false);
        if (!HttpJson.Flag(context, "follow"))
        {
            await HttpJson.WriteAsync(context, ViewOf(first), ApiJson.Default.ConsoleView).ConfigureAwait(false);
            return;
        }

        var incarnation = first.Incarnation;
        await streams.FollowAsync(
            context,
            async cancellation =>
            {
                var read = await AskAsync(vm, from, cancellation).ConfigureAwait(false);
                if (read.Incarnation != incarnation)
                {
                    // A later incarnation counts from its own start.
                    (incarnation, from) = (read.Incarnation, 0);
                    read = await AskAsync(vm, 0, cancellation).ConfigureAwait(false);
                }

                from = read.Next;
                return read.Bytes.Length == 0 ? [] : [(read.Next, ViewOf(read))];
            },
            ApiJson.Default.ConsoleView).ConfigureAwait(false);
    }

    private async Task TypeAsync(HttpContext context)
    {
        var buffer = new byte[MaxInput];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, MaxInput, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        var took = await gate.AskHostOfAsync<ConsoleTook>(
            HttpJson.Part(context, "vm"), vm => new TypeToConsole(vm, buffer[..length]), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new ConsoleTakenView(took.Taken), ApiJson.Default.ConsoleTakenView).ConfigureAwait(false);
    }

    private Task<ConsoleBytes> AskAsync(string vm, long from, CancellationToken cancellation) =>
        gate.AskHostOfAsync<ConsoleBytes>(vm, id => new ReadConsole(id, from), cancellation);

    private static ConsoleView ViewOf(ConsoleBytes read) => new(read.Vm.Value, read.Incarnation.Value, read.Next, read.Live, read.Bytes);
}
