using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Tests.Cpu;

public sealed class PmpTests
{
    private const ulong Rwx = 7;
    private const ulong ReadOnly = 1;
    private const ulong TopOfRange = 1 << 3;
    private const ulong FourBytes = 2 << 3;
    private const ulong PowerOfTwo = 3 << 3;
    private const ulong Locked = 0x80;

    [Fact]
    public void Without_entries_only_machine_mode_passes()
    {
        var pmp = new Pmp();
        Assert.True(pmp.Allows(0x8000_0000, 8, MemoryAccess.Store, Privilege.Machine));
        Assert.False(pmp.Allows(0x8000_0000, 8, MemoryAccess.Load, Privilege.Supervisor));
    }

    [Fact]
    public void The_first_entry_that_matches_decides()
    {
        var pmp = new Pmp();
        // 4 KiB read-only at 0x80001000, everything open below it in priority.
        pmp.WriteAddress(0, (0x8000_1000 >> 2) | 0x1FF);
        pmp.WriteAddress(1, ulong.MaxValue >> 10);
        pmp.WriteConfiguration(0, ReadOnly | PowerOfTwo | ((Rwx | PowerOfTwo) << 8));
        Assert.True(pmp.Allows(0x8000_1000, 8, MemoryAccess.Load, Privilege.User));
        Assert.False(pmp.Allows(0x8000_1FF8, 8, MemoryAccess.Store, Privilege.User));
        Assert.True(pmp.Allows(0x8000_2000, 8, MemoryAccess.Store, Privilege.User));
        Assert.True(pmp.Allows(0x8000_1000, 8, MemoryAccess.Store, Privilege.Machine));
        // An access that matches an entry only in part fails.
        Assert.False(pmp.Allows(0x8000_0FFC, 8, MemoryAccess.Load, Privilege.User));
        Assert.True(pmp.IsUniform(0x8000_1000));
        Assert.True(pmp.IsUniform(0x8000_2000));
    }

    [Fact]
    public void Top_of_range_reaches_from_the_address_before()
    {
        var pmp = new Pmp();
        pmp.WriteAddress(0, 0x8000_0100 >> 2);
        pmp.WriteAddress(1, 0x8000_0200 >> 2);
        pmp.WriteConfiguration(0, (Rwx | TopOfRange) << 8);
        Assert.True(pmp.Allows(0x8000_0100, 4, MemoryAccess.Load, Privilege.Supervisor));
        Assert.False(pmp.Allows(0x8000_0200, 4, MemoryAccess.Load, Privilege.Supervisor));
        Assert.False(pmp.IsUniform(0x8000_0000));
    }

    [Fact]
    public void A_locked_entry_binds_machine_mode_and_cannot_be_changed()
    {
        var pmp = new Pmp();
        pmp.WriteAddress(0, 0x1000 >> 2);
        pmp.WriteConfiguration(0, ReadOnly | FourBytes | Locked);
        Assert.False(pmp.Allows(0x1000, 4, MemoryAccess.Store, Privilege.Machine));
        pmp.WriteAddress(0, 0);
        pmp.WriteConfiguration(0, 0);
        Assert.Equal(0x1000UL >> 2, pmp.ReadAddress(0));
        Assert.Equal(ReadOnly | FourBytes | Locked, pmp.ReadConfiguration(0));
    }

    [Fact]
    public void Writable_but_not_readable_is_not_stored()
    {
        var pmp = new Pmp();
        pmp.WriteConfiguration(0, 2 | PowerOfTwo);
        Assert.Equal(PowerOfTwo, pmp.ReadConfiguration(0));
    }
}
