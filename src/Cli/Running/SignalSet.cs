using System.Runtime.InteropServices;

namespace Trapline.Cli.Running;

/// <summary>Takes POSIX signals in place of the runtime, which would end the process and leave the terminal raw.</summary>
internal sealed class SignalSet : IDisposable
{
    private readonly List<PosixSignalRegistration> _registrations = [];

    public SignalSet(IEnumerable<int> signals, Action<int> handler)
    {
        foreach (var signal in signals)
        {
            _registrations.Add(PosixSignalRegistration.Create((PosixSignal)signal, context =>
            {
                context.Cancel = true;
                handler(signal);
            }));
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
    }
}
