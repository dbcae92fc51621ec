using Trapline.Controller.Clocks;
using Trapline.Controller.Model;

namespace Trapline.Controller.Reconciliation;

/// <summary>
/// Compares what should be (the model) with what is (the hosts' reports) and proposes a plan. A pure function, idempotent, with no other input;
/// it runs on every change and on a timer. Start, stop, restart, move and clean-up all come out of it, so that no state of a VM is reached by
/// one code path alone.
/// <code>
///   reports, verdicts ──► Observed ─┐
///                                   ├──► Reconciler ──► Plan ──► decisions ──► journal ──► model ──► (again)
///   journal ──► events ──► model ───┘                     └────► commands ──► hosts
/// </code>
/// </summary>
public static class Reconciler
{
    /// <summary>The plan for one state of the cluster.</summary>
    /// <param name="model">What is known for good.</param>
    /// <param name="observed">What is seen now.</param>
    /// <param name="now">The controller's clocks.</param>
    /// <param name="settings">Its numbers.</param>
    public static Plan Plan(ClusterModel model, Observed observed, Moment now, ReconcilerSettings settings)
    {
        var pass = new Pass(model, observed, now, settings);
        HostRules.Apply(pass);
        DiskRules.Apply(pass);
        foreach (var vm in model.Vms.Values)
            VmRules.Apply(pass, vm);
        SnapshotRules.Apply(pass);
        StaleRules.Apply(pass);
        LeftoverRules.Apply(pass);
        UnwantedRules.Apply(pass);
        DrainRules.Apply(pass);
        return pass.ToPlan();
    }
}
