using Akka.Event;
using Akka.TestKit.Xunit2;
using Trapline.HostNode.Consoles;
using Trapline.HostNode.Machines;
using Trapline.HostNode.Vms;
using Trapline.Shared.Consoles;
using Trapline.Shared.Conversations;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Vms;

/// <summary>Which consoles a host has in memory, and what becomes of those who wait for one.</summary>
public sealed class VmConsolesTests : TestKit
{
    private static readonly VmId Vm = new("vm-1");

    [Fact]
    public async Task Of_a_vm_that_went_elsewhere_nothing_is_kept_and_whoever_waits_for_it_is_told()
    {
        var data = Directory.CreateTempSubdirectory("trapline-");
        await using (var keeper = new ConsoleKeeper(new ConsoleFiles(data.FullName), NoLogger.Instance))
        {
            var consoles = new VmConsoles(keeper, _ => { });
            consoles.Add(new MachineSlot(Vm, new Incarnation(1)));
            consoles.Read(new ReadConsole(Vm, 0, Wait: TimeSpan.FromMinutes(1)), TestActor, TimeSpan.Zero);
            ExpectNoMsg(TimeSpan.Zero);
            consoles.Leave(Vm);
            ExpectMsg(new VmIsNotHere(Vm));
            consoles.Read(new ReadConsole(Vm, 0), TestActor, TimeSpan.Zero);
            ExpectMsg(new VmIsNotHere(Vm));
        }

        data.Delete(recursive: true);
    }
}
