namespace Trapline.Cli.Running;

/// <summary>What the user asks of the runner itself.</summary>
internal enum EscapeCommand
{
    /// <summary>Leave.</summary>
    Leave,

    /// <summary>List the keys.</summary>
    Help,

    /// <summary>Take a snapshot.</summary>
    Snapshot,

    /// <summary>Pause, or go on.</summary>
    Pause,

    /// <summary>Show statistics.</summary>
    Statistics,

    /// <summary>Press the power button.</summary>
    PowerButton,
}

/// <summary>
/// Separates what the user types for the guest from what is meant for the runner: Ctrl-A, then a letter. Ctrl-A twice sends one to
/// the guest; a letter that means nothing is dropped with its Ctrl-A.
/// </summary>
internal sealed class EscapeKeys(Action<EscapeCommand> command)
{
    private const byte ControlA = 1;

    private bool _afterEscape;

    /// <summary>Help in the form in which it is printed.</summary>
    public static string Help => "Ctrl-A x  leave   Ctrl-A o  power button   Ctrl-A s  snapshot   Ctrl-A p  pause or go on   Ctrl-A t  statistics   Ctrl-A Ctrl-A  a Ctrl-A for the guest   Ctrl-A h  this help";

    /// <summary>Takes typed bytes; returns those for the guest, in the same buffer.</summary>
    public Span<byte> Filter(Span<byte> typed)
    {
        var kept = 0;
        foreach (var b in typed)
        {
            if (!_afterEscape && b == ControlA)
            {
                _afterEscape = true;
                continue;
            }

            if (_afterEscape)
            {
                _afterEscape = false;
                if (b != ControlA)
                {
                    Carry(b);
                    continue;
                }
            }

            typed[kept++] = b;
        }

        return typed[..kept];
    }

    private void Carry(byte key)
    {
        switch ((char)(key | 0x20))
        {
            case 'x':
                command(EscapeCommand.Leave);
                break;
            case 's':
                command(EscapeCommand.Snapshot);
                break;
            case 'p':
                command(EscapeCommand.Pause);
                break;
            case 't':
                command(EscapeCommand.Statistics);
                break;
            case 'o':
                command(EscapeCommand.PowerButton);
                break;
            case 'h' or '?':
                command(EscapeCommand.Help);
                break;
        }
    }
}
