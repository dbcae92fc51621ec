namespace Trapline.Cli;

/// <summary>Exit codes of <c>trapline</c>, as docs/cluster.md, docs/vm-run.md and the help of each command list them.</summary>
internal static class ExitCodes
{
    /// <summary>The guest powered off, or the user left.</summary>
    public const int Success = 0;

    /// <summary>A defect of Trapline.</summary>
    public const int HypervisorFault = 1;

    /// <summary>Wrong usage or input: nothing was run.</summary>
    public const int Usage = 2;

    /// <summary>The guest panicked.</summary>
    public const int GuestPanic = 3;

    /// <summary>The guest made no progress.</summary>
    public const int Watchdog = 4;

    /// <summary>The guest asked for a reboot and <c>--no-reboot</c> was given.</summary>
    public const int Reboot = 5;

    /// <summary>What the command names does not exist in the cluster.</summary>
    public const int NotFound = 6;

    /// <summary>The cluster refuses: it does not fit the present state, or there is no capacity.</summary>
    public const int Conflict = 7;

    /// <summary>No cluster runs there, or its controller does not answer.</summary>
    public const int Unavailable = 8;

    /// <summary>What was waited for has not come in time; what was asked for stands.</summary>
    public const int TimedOut = 9;

    /// <summary>Ended by SIGINT.</summary>
    public const int Interrupted = 130;

    /// <summary>Ended by SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>For the help of commands about clusters.</summary>
    public static IReadOnlyList<string> OfClusters { get; } =
    [
        "0  done",
        "1  a defect of Trapline",
        "2  wrong usage or input, or a port that another process has",
        "6  what the command names does not exist in the cluster",
        "7  the cluster refuses: it does not fit the present state, or there is no capacity",
        "8  no cluster runs there, or no controller has answered in time",
        "9  what was waited for has not come in time; what was asked for stands",
        "130, 143  ended by SIGINT, by SIGTERM",
    ];

    /// <summary>For the help of the commands about one machine.</summary>
    public static IReadOnlyList<string> OfOneMachine { get; } =
    [
        "0  the guest powered off, the user left, or the snapshot is written",
        "1  a defect of Trapline",
        "2  wrong usage, or a missing or unusable file",
        "3  the guest panicked",
        "4  the watchdog: no progress",
        "5  the guest asked for a reboot, with --no-reboot or after --from-snapshot",
        "130, 143  ended by SIGINT, by SIGTERM",
        "others  the code with which the guest reported a failure",
    ];
}
