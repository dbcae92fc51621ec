using Trapline.Controller.Model.Events;

namespace Trapline.Controller.Model;

/// <summary>The verdict on what a host found of earlier lives, as one line.</summary>
internal static class LeftoverText
{
    public static string Of(LeftoversJudged e)
    {
        List<string> verdicts = [];
        if (e.Here > 0)
            verdicts.Add($"{Things(e.Here)} for VMs that are here");
        if (e.Elsewhere > 0)
            verdicts.Add($"{Things(e.Elsewhere)} for VMs that are elsewhere, or stopped");
        if (e.Kept > 0)
            verdicts.Add($"{(e.Kept == 1 ? "1 is" : $"{e.Kept} are")} kept, as the journal does not know them");
        if (!e.Vms.IsEmpty)
            verdicts.Add($"deleted, as these VMs were terminated: {EventText.Listing(e.Vms)}");
        if (!e.Moves.IsEmpty)
            verdicts.Add($"deleted, as these moves are over: {EventText.Listing(e.Moves)}");
        return $"host {e.Host} {e.Boot} looked through the data root: {string.Join("; ", verdicts)}";
    }

    private static string Things(int count) => count == 1 ? "1 stays" : $"{count} stay";
}
