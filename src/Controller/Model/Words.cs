using Trapline.Shared.Vms;

namespace Trapline.Controller.Model;

/// <summary>Closed sets in users' words: policies as users write them, states and reasons as users read them. Programs get the names.</summary>
public static class Words
{
    /// <summary>Of a restart policy.</summary>
    public static string Of(RestartPolicy policy) => policy switch
    {
        RestartPolicy.Always => "always",
        RestartPolicy.OnFailure => "on-failure",
        _ => "never",
    };

    /// <summary>Of an affinity.</summary>
    public static string Of(GroupAffinity affinity) => affinity.ToString().ToLowerInvariant();

    /// <summary>Of what is wanted of a VM.</summary>
    public static string Of(DesiredState desired) => desired.ToString().ToLowerInvariant();

    /// <summary>Of a host's availability.</summary>
    public static string Of(HostAvailability availability) => availability.ToString().ToLowerInvariant();

    /// <summary>Of why an incarnation ended.</summary>
    public static string Of(EndReason end) => end switch
    {
        EndReason.PoweredOff => "powered off",
        EndReason.GuestReset => "reset",
        EndReason.GuestPanic => "guest panic",
        EndReason.GuestHang => "guest hang",
        EndReason.HypervisorFault => "fault of the hypervisor",
        EndReason.StartFailed => "could not start",
        EndReason.StoppedByRequest => "stopped by request",
        EndReason.Moved => "moved",
        EndReason.Fenced => "a newer incarnation exists",
        EndReason.HostLost => "host lost",
        EndReason.ImageChanged => "image changed",
        _ => $"{end}",
    };

    /// <summary>Finds the value that a word stands for; null if none does. The first value answers for no word.</summary>
    public static T? Find<T>(string? word, Func<T, string> text)
        where T : struct, Enum
    {
        var values = Enum.GetValues<T>();
        if (word is null)
            return values[0];
        foreach (var value in values)
        {
            if (text(value) == word)
                return value;
        }

        return null;
    }

    /// <summary>All words, for messages.</summary>
    public static string All<T>(Func<T, string> text)
        where T : struct, Enum => string.Join(", ", Enum.GetValues<T>().Select(text));
}
