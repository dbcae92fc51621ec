using Trapline.Hypervisor.Cpu;

namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>Error codes of the SBI (RISC-V Supervisor Binary Interface 2.0, chapter 3, table 1).</summary>
public enum SbiError : long
{
    /// <summary>Completed successfully.</summary>
    Success = 0,

    /// <summary>Failed.</summary>
    Failed = -1,

    /// <summary>Not supported.</summary>
    NotSupported = -2,

    /// <summary>A parameter makes no sense.</summary>
    InvalidParameter = -3,

    /// <summary>Denied or not allowed.</summary>
    Denied = -4,

    /// <summary>An address cannot be used.</summary>
    InvalidAddress = -5,

    /// <summary>Already available.</summary>
    AlreadyAvailable = -6,

    /// <summary>Already started.</summary>
    AlreadyStarted = -7,

    /// <summary>Already stopped.</summary>
    AlreadyStopped = -8,
}

/// <summary>A call as its registers say (chapter 3): extension in a7, function in a6, arguments in a0 to a5.</summary>
#pragma warning disable CS1591 // The names are those of the registers.
public readonly record struct SbiCall(ulong Extension, ulong Function, ulong A0, ulong A1, ulong A2, ulong A3, ulong A4);
#pragma warning restore CS1591

/// <summary>What a call answers: error in a0, value in a1.</summary>
/// <param name="Error">The error code.</param>
/// <param name="Value">The value.</param>
/// <param name="Legacy">Whether this was a legacy call: only a0 is changed (chapter 5).</param>
public readonly record struct SbiReturn(SbiError Error, ulong Value = 0, bool Legacy = false)
{
    /// <summary>Success without a value.</summary>
    public static SbiReturn Success => new(SbiError.Success);

    /// <summary>An error.</summary>
    public static implicit operator SbiReturn(SbiError error) => new(error);

    /// <summary>Success with a value.</summary>
    public static SbiReturn Of(ulong value) => new(SbiError.Success, value);
}

/// <summary>States of a hart (chapter 9, table 1).</summary>
public enum HartStatus
{
    /// <summary>It executes.</summary>
    Started = 0,

    /// <summary>It does not execute.</summary>
    Stopped = 1,

    /// <summary>Somebody asked to start it.</summary>
    StartPending = 2,

    /// <summary>It asked to be stopped.</summary>
    StopPending = 3,

    /// <summary>It sleeps until an interrupt.</summary>
    Suspended = 4,
}

/// <summary>How a guest asks its machine to end (chapter 10).</summary>
public enum SbiReset
{
    /// <summary>Power off.</summary>
    Shutdown,

    /// <summary>Start anew; cold and warm are the same here.</summary>
    Reboot,

    /// <summary>Power off or start anew because the system failed.</summary>
    Failure,
}

/// <summary>What the SBI needs of the machine. Called on the thread of the calling hart; must not throw for any argument.</summary>
public interface ISbiPlatform
{
    /// <summary>Harts are numbered from 0 without gaps.</summary>
    int HartCount { get; }

    /// <summary>Programs a hart's timer interrupt for an absolute time; a time in the future also clears a pending one.</summary>
    void SetTimer(int hart, ulong ticks);

    /// <summary>Makes the supervisor software interrupt of a hart pending.</summary>
    void SendIpi(int hart);

    /// <summary>Clears the supervisor software interrupt of a hart (legacy).</summary>
    void ClearIpi(int hart);

    /// <summary>Has a hart execute FENCE.I. The caller executes nothing of the guest before that is done.</summary>
    void FenceCode(int caller, int target);

    /// <summary>Has a hart drop translations. The caller executes nothing of the guest before that is done.</summary>
    void FenceTranslations(int caller, int target, in TranslationRange range);

    /// <summary>A hart's state.</summary>
    HartStatus StatusOf(int hart);

    /// <summary>Starts a stopped hart in supervisor mode; false unless it was stopped.</summary>
    bool TryStart(int hart, ulong address, ulong opaque);

    /// <summary>Stops the calling hart when the call is over.</summary>
    void StopSelf(int hart);

    /// <summary>Suspends the calling hart when the call is over; with a resume address it continues there as after a start.</summary>
    void SuspendSelf(int hart, (ulong Address, ulong Opaque)? resume);

    /// <summary>Ends the machine.</summary>
    void Reset(SbiReset reset);

    /// <summary>Whether code can be fetched from a guest-physical address.</summary>
    bool IsExecutable(ulong address);

    /// <summary>Writes guest memory to the console; false when it is not RAM.</summary>
    bool TryConsoleWrite(ulong address, int length);

    /// <summary>Reads console input into guest memory; -1 when it is not RAM, else the bytes read.</summary>
    int ConsoleRead(ulong address, int length);

    /// <summary>Writes one byte to the console.</summary>
    void ConsoleWriteByte(byte value);

    /// <summary>One byte of console input, or -1.</summary>
    int ConsoleReadByte();

    /// <summary>Reads a word at a virtual address of the calling hart; false when it cannot be read (legacy hart masks).</summary>
    bool TryReadVirtual(int hart, ulong address, out ulong value);
}

/// <summary>One extension of the SBI.</summary>
internal interface ISbiExtension
{
    /// <summary>Whether it answers to this extension number.</summary>
    bool Answers(ulong extension);

    /// <summary>Carries out a call of a hart.</summary>
    SbiReturn Call(int hart, in SbiCall call);
}
