using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Trapline.Shared.Api;
using Trapline.Shared.Consoles;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.Controller.Api;

/// <summary>Consoles of guests: what they printed, and typing to them.</summary>
internal sealed class ConsoleRoutes(ClusterGate gate, EventStreams streams, ConsoleFiles kept, TimeProvider time, CancellationToken stopping)
{
    /// <summary>Most bytes of one input: what a guest's console takes at once.</summary>
    private const int MaxInput = 4096;

    public IEnumerable<ApiRoute> All() =>
    [
        new("GET", "/v1/vms/{vm}/console", "What the guest printed, as far as its host keeps it; with follow=true as server-sent events, over restarts and moves", ReadAsync)
        {
            Answer = ApiJson.Default.ConsoleView,
            Stream = ApiJson.Default.ConsoleView,
            Query = new Dictionary<string, ApiParameter>(StringComparer.Ordinal)
            {
                ["from"] = ApiParameter.Number("From this position on"),
                ["incarnation"] = ApiParameter.Number("With follow: the incarnation that the position counts in; a later one is shown from its start"),
                ["earlier"] = ApiParameter.Flag("true: also what earlier incarnations printed"),
                ["follow"] = ApiParameter.Flag("true: go on with what it prints"),
            },
        },
        new("GET", "/v1/vms/{vm}/console/attach", "An interactive console over WebSocket: binary messages are bytes, text messages are ConsoleNoteViews", AttachAsync)
        {
            Status = StatusCodes.Status101SwitchingProtocols,
            Query = new Dictionary<string, ApiParameter>(StringComparer.Ordinal)
            {
                ["incarnation"] = ApiParameter.Number("Go on in this incarnation's output, if it is still the present one"),
                ["from"] = ApiParameter.Number("From this position of it on"),
                ["typist"] = ApiParameter.Text("A name for who types, the same on every connection: notes then say how far input was taken, and what is sent again is typed once"),
                ["typed"] = ApiParameter.Number("The position in all that is typed at which this connection begins"),
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
        if (!HttpJson.Flag(context, "follow"))
        {
            await HttpJson.WriteAsync(context, await LookAsync(vm, from, HttpJson.Flag(context, "earlier"), context.RequestAborted).ConfigureAwait(false), ApiJson.Default.ConsoleView).ConfigureAwait(false);
            return;
        }

        var cursor = CursorOf(context, vm);
        await cursor.FindAsync(context.RequestAborted).ConfigureAwait(false);
        await streams.FollowAsync(
            context,
            async cancellation => await cursor.NextAsync(cancellation).ConfigureAwait(false) is { } read ? [(read.Next, ViewOf(read))] : [],
            ApiJson.Default.ConsoleView).ConfigureAwait(false);
    }

    /// <summary>What is there now. A VM that no host has printed what is on the disk.</summary>
    private async Task<ConsoleView> LookAsync(string vm, long from, bool earlier, CancellationToken cancellation)
    {
        var at = await gate.LocateAsync(vm, cancellation).ConfigureAwait(false);
        ConsoleView view;
        try
        {
            view = ViewOf(await gate.AskHostAsync<ConsoleBytes>(at, new ReadConsole(at.Vm, from), ClusterGate.HostBound, cancellation).ConfigureAwait(false));
        }
        catch (ApiProblem problem) when (earlier && problem.MayPass)
        {
            view = new ConsoleView(at.Vm.Value, at.Incarnation.Value + 1, 0, Live: false, []);
        }

        return earlier ? view with { Earlier = [.. kept.ReadBefore(at.Vm, new Incarnation(view.Incarnation)).Select(k => new EarlierConsoleView(k.Incarnation.Value, k.Bytes))] } : view;
    }

    private async Task AttachAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
            throw new ApiProblem(ProblemKind.Invalid, "This is a WebSocket: send an upgrade request (RFC 6455), or use GET …/console.");
        var vm = HttpJson.Part(context, "vm");
        var cursor = CursorOf(context, vm);
        await cursor.FindAsync(context.RequestAborted).ConfigureAwait(false);
        await new ConsoleSocket(cursor, InputOf(context, vm), time).ServeAsync(context, stopping).ConfigureAwait(false);
    }

    private ConsoleTyping InputOf(HttpContext context, string vm)
    {
        var typist = HttpJson.Text(context, "typist");
        if (typist.Length > 0 && !TextId.IsValid(typist))
            throw new ApiProblem(ProblemKind.Invalid, $"typist={typist} is no name: {TextId.Form}.");
        return typist.Length > 0
            ? new ConsoleTyping(gate, vm, typist, HttpJson.Number(context, "typed", 0), time) { TellsHowFar = true }
            : new ConsoleTyping(gate, vm, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)), 0, time);
    }

    private ConsoleCursor CursorOf(HttpContext context, string vm)
    {
        var incarnation = HttpJson.Number(context, "incarnation", 0);
        return new ConsoleCursor(gate, vm, time)
        {
            From = HttpJson.Number(context, "from", 0),
            Incarnation = incarnation > 0 ? new Incarnation(incarnation) : null,
        };
    }

    private async Task TypeAsync(HttpContext context)
    {
        var buffer = new byte[MaxInput];
        var length = await context.Request.Body.ReadAtLeastAsync(buffer, MaxInput, throwOnEndOfStream: false, context.RequestAborted).ConfigureAwait(false);
        var took = await gate.AskHostOfAsync<ConsoleTook>(
            HttpJson.Part(context, "vm"), vm => new TypeToConsole(vm, buffer[..length]), context.RequestAborted).ConfigureAwait(false);
        await HttpJson.WriteAsync(context, new ConsoleTakenView(took.Taken), ApiJson.Default.ConsoleTakenView).ConfigureAwait(false);
    }

    private static ConsoleView ViewOf(ConsoleBytes read) => new(read.Vm.Value, read.Incarnation.Value, read.Next, read.Live, read.Bytes);
}
