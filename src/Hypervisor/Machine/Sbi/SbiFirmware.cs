namespace Trapline.Hypervisor.Machine.Sbi;

/// <summary>
/// The supervisor execution environment of a direct boot: what a firmware would be on real hardware (RISC-V Supervisor Binary
/// Interface 2.0). Stateless: all state is the platform's. An unknown extension or function is answered, never a fault.
/// </summary>
public sealed class SbiFirmware
{
    private readonly ISbiExtension[] _extensions;

    /// <summary>Makes it for a machine.</summary>
    public SbiFirmware(ISbiPlatform platform)
    {
        _extensions =
        [
            new TimeExtension(platform),
            new IpiExtension(platform),
            new FenceExtension(platform),
            new HartStateExtension(platform),
            new ResetExtension(platform),
            new ConsoleExtension(platform),
            new LegacyExtension(platform),
            new BaseExtension(Provides),
        ];
    }

    /// <summary>Answers a call of a hart.</summary>
    public SbiReturn Call(int hart, in SbiCall call)
    {
        foreach (var extension in _extensions)
        {
            if (extension.Answers(call.Extension))
                return extension.Call(hart, call);
        }

        return SbiError.NotSupported;
    }

    private bool Provides(ulong extension)
    {
        foreach (var candidate in _extensions)
        {
            if (candidate.Answers(extension))
                return true;
        }

        return false;
    }
}
