namespace Trapline.Hypervisor.Memory;

/// <summary>
/// One byte per page of RAM. A write entry in a software TLB may exist only for a page whose byte is zero; every other write takes
/// the slow path, which calls <see cref="GuestRam.NoteWritten"/>.
/// </summary>
[Flags]
public enum PageFlags : byte
{
    /// <summary>Writes need no attention.</summary>
    None = 0,

    /// <summary>Some engine has cached decoded or translated code of this page.</summary>
    Code = 1,

    /// <summary>Dirty tracking is on and the page was not written since the last collection.</summary>
    Clean = 2,
}
