namespace Trapline.Shared.Vms;

/// <summary>The states of a VM on its host. Legal transitions: <see cref="VmLifecycle"/>.</summary>
public enum VmState
{
    /// <summary>Known, nothing built.</summary>
    Defined,

    /// <summary>The machine is being built and its volumes opened.</summary>
    Starting,

    /// <summary>The guest executes, or waits for an interrupt.</summary>
    Running,

    /// <summary>The machine is whole but executes nothing: by a user, for a move, or for want of the host lease.</summary>
    Paused,

    /// <summary>Ends by request: the guest is powered off or cut off, volumes are flushed and closed.</summary>
    Stopping,

    /// <summary>Ended as it should; final for this incarnation.</summary>
    Stopped,

    /// <summary>Ended as it should not; final for this incarnation.</summary>
    Crashed,
}

/// <summary>Why an incarnation of a VM ended: a closed set.</summary>
public enum EndReason
{
    /// <summary>The guest powered itself off.</summary>
    PoweredOff,

    /// <summary>The guest asked for a reboot.</summary>
    GuestReset,

    /// <summary>The guest said that it failed, or trapped in its trap handler without progress.</summary>
    GuestPanic,

    /// <summary>The watchdog saw no progress.</summary>
    GuestHang,

    /// <summary>The hypervisor itself failed.</summary>
    HypervisorFault,

    /// <summary>It could not be started: image, volume or memory.</summary>
    StartFailed,

    /// <summary>A user or a plan stopped it.</summary>
    StoppedByRequest,

    /// <summary>It went on elsewhere.</summary>
    Moved,

    /// <summary>A newer incarnation exists.</summary>
    Fenced,

    /// <summary>Its host's process ended, or its host was called lost.</summary>
    HostLost,

    /// <summary>Its image's files are not those that were added: whoever owns the image has to look; starting it again would end the same.</summary>
    ImageChanged,
}
