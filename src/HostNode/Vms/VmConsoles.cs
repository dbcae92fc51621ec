using Akka.Actor;
using Trapline.HostNode.Consoles;
using Trapline.HostNode.Machines;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Vms;

/// <summary>
/// The consoles of a host's VMs: of each the latest incarnation's, also after its end, until the VM itself is gone. Who asks for what is not
/// printed yet is answered when it is, or when the time is up that the question gives; nothing is ever sent that was not asked for.
/// </summary>
/// <param name="keeper">Brings them to the disk.</param>
/// <param name="grown">Hears, on any thread, that a console that somebody waits for has grown.</param>
internal sealed class VmConsoles(ConsoleKeeper keeper, Action<VmId> grown)
{
    /// <summary>Most questions that wait for one VM; more are answered at once.</summary>
    private const int MostWaiting = 64;

    private readonly Dictionary<VmId, Console> _consoles = [];

    public void Add(MachineSlot slot)
    {
        var (waiting, typists) = _consoles.TryGetValue(slot.Vm, out var before) ? (before.Waiting, before.Typists) : ([], new Typists());
        var bell = new Bell(() => grown(slot.Vm));
        slot.Console.Add(bell);
        keeper.Keep(slot.Vm, slot.Incarnation, slot.Console);
        _consoles[slot.Vm] = new Console(slot, bell, waiting, typists);
        Answer(slot.Vm, TimeSpan.MinValue);
    }

    /// <summary>The VM is gone.</summary>
    public void Remove(VmId vm)
    {
        Leave(vm);
        keeper.Drop(vm);
    }

    /// <summary>The VM goes on elsewhere: its console is there from now on, and what was printed here is on the disk.</summary>
    public void Leave(VmId vm)
    {
        if (_consoles.Remove(vm, out var console))
            console.Waiting.ForEach(w => w.Client.Tell(new VmIsNotHere(vm)));
    }

    /// <summary>All VMs have gone elsewhere.</summary>
    public void Clear()
    {
        foreach (var vm in _consoles.Keys.ToList())
            Leave(vm);
    }

    /// <summary>What the guest printed from a position on: now, or later if there is nothing yet.</summary>
    public void Read(ReadConsole read, IActorRef client, TimeSpan now)
    {
        if (!_consoles.TryGetValue(read.Vm, out var console))
        {
            client.Tell(new VmIsNotHere(read.Vm));
            return;
        }

        console.Bell.Arm();
        var bytes = BytesFor(console, read);
        var isNews = bytes.Bytes.Length > 0 || !bytes.Live || (read.Incarnation ?? bytes.Incarnation) != bytes.Incarnation;
        if (isNews || read.Wait is not { } wait || console.Waiting.Count >= MostWaiting)
            client.Tell(bytes);
        else
            console.Waiting.Add(new Waiter(client, read with { Incarnation = bytes.Incarnation }, now + wait));
    }

    /// <summary>Answers those that wait for a VM's console, if there is something for them or their time is up.</summary>
    public void Answer(VmId vm, TimeSpan now)
    {
        if (!_consoles.TryGetValue(vm, out var console) || console.Waiting.Count == 0)
            return;
        console.Bell.Arm();
        console.Waiting.RemoveAll(waiter =>
        {
            var bytes = BytesFor(console, waiter.Question);
            if (bytes.Bytes.Length == 0 && bytes.Live && bytes.Incarnation == waiter.Question.Incarnation && now < waiter.Until)
                return false;
            waiter.Client.Tell(bytes);
            return true;
        });
    }

    /// <summary>Answers those whose time is up.</summary>
    public void AnswerDue(TimeSpan now)
    {
        foreach (var vm in _consoles.Where(c => c.Value.Waiting.Count > 0).Select(c => c.Key).ToList())
            Answer(vm, now);
    }

    /// <summary>Types to the guest as much as its console takes now. Its next incarnation does not take again what an earlier one did.</summary>
    public IWireMessage Type(TypeToConsole typed) =>
        _consoles.TryGetValue(typed.Vm, out var console) && console.Slot.Machine is not null
            ? new ConsoleTook(typed.Vm, console.Typists.Take(typed, bytes => console.Slot.Input.Offer(bytes)))
            : new VmIsNotHere(typed.Vm);

    private static ConsoleBytes BytesFor(Console console, ReadConsole read)
    {
        var slot = console.Slot;
        var from = (read.Incarnation ?? slot.Incarnation) == slot.Incarnation ? read.From : 0;
        var (bytes, next) = slot.Console.Read(from);
        return new ConsoleBytes(read.Vm, slot.Incarnation, next, slot.IsLive, bytes);
    }

    private sealed record Console(MachineSlot Slot, Bell Bell, List<Waiter> Waiting, Typists Typists);

    private sealed record Waiter(IActorRef Client, ReadConsole Question, TimeSpan Until);
}
