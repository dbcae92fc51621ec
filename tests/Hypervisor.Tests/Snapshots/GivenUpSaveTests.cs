using Trapline.Hypervisor.Machine;
using Trapline.Hypervisor.Machine.Snapshots;
using Trapline.Hypervisor.Tests.Machine;
using Xunit;

namespace Trapline.Hypervisor.Tests.Snapshots;

/// <summary>A save whose write hangs is given up: the guest goes on at once, and what hangs reads and publishes nothing any more.</summary>
public sealed class GivenUpSaveTests
{
    private const string Path = "never-written.snapshot";

    [SkippableTheory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_save_that_hangs_is_given_up_and_the_guest_goes_on(int writesBefore)
    {
        using var host = TestGuests.NewHost();
        using var store = new HangingStore(writesBefore);
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        var at = await console.WaitForAsync("minios> ");
        Assert.True(await machine.PauseAsync());

        using var enough = new CancellationTokenSource();
        var saving = machine.SaveSnapshotAsync(Path, new SnapshotOptions { Store = store }, enough.Token);
        await store.Hangs.Task.WaitAsync(TestConsole.Patience);
        Assert.False(saving.IsCompleted);
        await enough.CancelAsync();
        Assert.Equal(MachineErrorKind.GivenUp, (await saving.WaitAsync(TestConsole.Patience)).Error!.Kind);
        Assert.True(await machine.ResumeAsync());
        console.Type("echo on it goes\r");
        await console.WaitForAsync("\non it goes\n", at);

        // The disk works again: what hung comes to its end without another look at the machine.
        var writes = store.Writes;
        store.Repair();
        Assert.False(await store.Closed.Task.WaitAsync(TestConsole.Patience));
        Assert.Equal(writes, store.Writes);

        // And the machine can be saved, whole.
        using var folder = new TemporaryFolder();
        Assert.Null((await machine.SaveSnapshotAsync(folder.File("whole"))).Error);
        Assert.Equal([folder.File("whole")], Directory.GetFiles(System.IO.Path.GetDirectoryName(folder.File("whole"))!));
    }

    [SkippableFact]
    public async Task A_machine_whose_save_hangs_can_be_disposed_of()
    {
        using var host = TestGuests.NewHost();
        using var store = new HangingStore(0);
        var console = new TestConsole();
        var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        var saving = machine.SaveSnapshotAsync(Path, new SnapshotOptions { Store = store });
        await store.Hangs.Task.WaitAsync(TestConsole.Patience);
        await machine.DisposeAsync().AsTask().WaitAsync(TestConsole.Patience);
        Assert.Equal(MachineErrorKind.GivenUp, (await saving.WaitAsync(TestConsole.Patience)).Error!.Kind);
        store.Repair();
        Assert.False(await store.Closed.Task.WaitAsync(TestConsole.Patience));
    }

    [SkippableFact]
    public async Task After_a_save_that_was_given_up_the_next_incremental_one_has_nothing_to_build_upon()
    {
        using var folder = new TemporaryFolder();
        using var host = TestGuests.NewHost();
        using var store = new HangingStore(0);
        var console = new TestConsole();
        await using var machine = new MachineBuilder(host).Build(TestGuests.Guest("minios"), console.Console).Value;
        machine.Start();
        await console.WaitForAsync("minios> ");
        Assert.Null((await machine.SaveSnapshotAsync(folder.File("0"), new SnapshotOptions { TrackChanges = true })).Error);
        using var enough = new CancellationTokenSource();
        var saving = machine.SaveSnapshotAsync(folder.File("1"), new SnapshotOptions { Incremental = true, Store = store }, enough.Token);
        await store.Hangs.Task.WaitAsync(TestConsole.Patience);
        await enough.CancelAsync();
        Assert.Equal(MachineErrorKind.GivenUp, (await saving).Error!.Kind);
        Assert.Equal(MachineErrorKind.WrongState, (await machine.SaveSnapshotAsync(folder.File("2"), new SnapshotOptions { Incremental = true })).Error!.Kind);
        Assert.Null((await machine.SaveSnapshotAsync(folder.File("3"), new SnapshotOptions { TrackChanges = true })).Error);
        store.Repair();
        Assert.False(await store.Closed.Task.WaitAsync(TestConsole.Patience));
    }

    [Fact]
    public void A_gate_that_was_closed_lets_nobody_in_and_one_that_was_passed_cannot_be_closed()
    {
        var closed = new SaveGate();
        closed.Enter().Dispose();
        Assert.True(closed.Close());
        Assert.Throws<OperationCanceledException>(() => closed.Enter().Dispose());
        Assert.Throws<OperationCanceledException>(() => closed.Publish(() => Assert.Fail("it was given up"), () => Assert.Fail("there is nothing to take back")));
        var passed = new SaveGate();
        passed.Publish(() => { }, () => Assert.Fail("it has its name"));
        Assert.False(passed.Close());
    }

    [Fact]
    public void What_is_given_up_while_it_gets_its_name_loses_it_again()
    {
        var (gate, names) = (new SaveGate(), new List<string>());
        Assert.Throws<OperationCanceledException>(() => gate.Publish(
            () =>
            {
                // The renaming hangs, and somebody gives the save up meanwhile: that does not wait.
                Assert.True(gate.Close());
                names.Add("named");
            },
            () => names.Add("taken back")));
        Assert.Equal(["named", "taken back"], names);
    }
}
