namespace Trapline.Hypervisor.Memory;

/// <summary>Somebody who keeps direct ways to write to guest pages (a hart with its software TLB).</summary>
public interface IWriteEntryHolder
{
    /// <summary>
    /// Asks the holder to drop, at its next safe point, its write entries for pages with flags, and to treat each such page as
    /// written by calling <see cref="GuestRam.NoteWritten"/>. Any thread; returns at once.
    /// </summary>
    void RequestDropWriteEntries();
}
