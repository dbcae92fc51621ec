using System.Globalization;
using Trapline.Hypervisor.Devices.Virtio.Input;
using Trapline.Hypervisor.Machine;

namespace Trapline.HostNode.Vms;

/// <summary>A guest that is asked to power off and has a grace for it: whether it heard, and what is to be said of its end.</summary>
/// <param name="grace">How long it has.</param>
internal sealed class PowerOffAsked(TimeSpan grace)
{
    /// <summary>Whether a driver in the guest was given the key.</summary>
    public bool Heard { get; private set; }

    /// <summary>Whether the grace is over.</summary>
    public bool IsOver { get; set; }

    /// <summary>The button was pressed.</summary>
    public void Note(PowerPress press) => Heard |= press == PowerPress.Heard;

    /// <summary>What became of it; null where its having been asked says nothing about this end.</summary>
    public string? Describe(GuestEndKind end) => end switch
    {
        GuestEndKind.PowerOff when Heard => "asked by its power button, the guest powered itself off",
        GuestEndKind.Stopped when IsOver && Heard => Say($"asked by its power button, the guest had not powered off after {grace.TotalSeconds:0.###} s and was cut off"),
        GuestEndKind.Stopped when IsOver => Say($"the guest does not listen to its power button and was cut off after {grace.TotalSeconds:0.###} s"),
        _ => null,
    };

    private static string Say(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
