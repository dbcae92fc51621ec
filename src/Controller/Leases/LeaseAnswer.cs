namespace Trapline.Controller.Leases;

/// <summary>What a keeper says to a heartbeat.</summary>
public enum LeaseAnswer
{
    /// <summary>The host may go on.</summary>
    Granted,

    /// <summary>This keeper has called that boot lost.</summary>
    Refused,

    /// <summary>The host is heard, and does not show that it hears: nothing is granted.</summary>
    Echo,

    /// <summary>The keeper has just started and does not know yet what it may say.</summary>
    Silence,
}
