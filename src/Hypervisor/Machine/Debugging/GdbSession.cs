using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Trapline.Hypervisor.Cpu;
using Trapline.Hypervisor.Memory;

namespace Trapline.Hypervisor.Machine.Debugging;

/// <summary>
/// One debugger's connection (GDB manual, appendix E). All-stop mode: while one hart is stopped, all are. Two threads: one reads the
/// connection and puts packets into a queue; the session's own takes from that queue, in which the machine's events arrive as well, so
/// that the target is only ever used from one thread.
/// <code>
///   halted --- vCont, c, s ---> running --- stop, interrupt ---> halted
///     |  \                         |
///     |   +--- D: detached        +--- machine ends: W packet
///     +--- k: machine killed
/// </code>
/// </summary>
internal sealed class GdbSession(IDebugTarget target, Stream stream) : IDisposable
{
    private const int SignalInterrupt = 2;
    private const int SignalTrap = 5;

    private readonly RspTransport _transport = new(stream);
    private readonly BlockingCollection<object> _inbox = [];
    private int _registerHart;
    private int _resumeHart = -1;
    private bool _running;
    private bool _over;

    /// <summary>Serves the connection until it ends; the machine then runs on, unless the debugger killed it.</summary>
    public void Serve()
    {
        target.Events = e => Post(e);
        target.Halt();
        var reader = new Thread(ReadPackets) { IsBackground = true, Name = "gdb-reader" };
        reader.Start();
        try
        {
            while (!_over)
                Handle(_inbox.Take());
        }
        catch (IOException)
        {
            // The debugger is gone: as if it had detached.
        }
        finally
        {
            target.Events = null;
            target.Detach();
            stream.Dispose();
            reader.Join();
        }
    }

    public void Dispose() => _inbox.Dispose();

    private void Post(object message)
    {
        try
        {
            _inbox.Add(message);
        }
        catch (Exception e) when (e is InvalidOperationException or ObjectDisposedException)
        {
            // An event after the end of the session interests nobody.
        }
    }

    private void ReadPackets()
    {
        while (_transport.Read() is { } packet)
            Post(packet);
        Post(ConnectionClosed.Instance);
    }

    private void Handle(object message)
    {
        switch (message)
        {
            case ConnectionClosed:
                _over = true;
                break;
            case DebugEvent.Stopped stopped when _running:
                Stop();
                ReportStop(stopped);
                break;
            case DebugEvent.Ended ended:
                _running = false;
                _transport.Send("W" + Hex.Of(ended.ExitCode));
                break;
            case "\u0003":
                if (_running)
                {
                    Stop();
                    _transport.Send($"T{Hex.Of(SignalInterrupt)}thread:{_registerHart + 1:x};");
                }

                break;
            case string packet when !_running:
                if (Answer(packet) is { } answer)
                    _transport.Send(answer);
                break;
        }
    }

    private void Stop()
    {
        _running = false;
        target.Halt();
        // Harts that stopped at the same moment stop again when they are resumed: their instruction is still to come.
        while (_inbox.TryTake(out var late))
        {
            if (late is not DebugEvent.Stopped)
            {
                Post(late);
                break;
            }
        }
    }

    private void ReportStop(DebugEvent.Stopped stopped)
    {
        _registerHart = stopped.Hart;
        var reason = stopped.Reason switch
        {
            DebugStop.Breakpoint => "swbreak:;",
            DebugStop.ReadWatchpoint => $"rwatch:{stopped.Address:x};",
            DebugStop.WriteWatchpoint => $"watch:{stopped.Address:x};",
            _ => "",
        };
        _transport.Send($"T{Hex.Of(SignalTrap)}{reason}thread:{stopped.Hart + 1:x};");
    }

    /// <summary>Answers a packet; an empty text means "not supported", null that the answer comes later or never.</summary>
    private string? Answer(string packet)
    {
        if (packet.Length == 0)
            return "";
        var rest = packet[1..];
        switch (packet[0])
        {
            case '?':
                return $"T{Hex.Of(SignalTrap)}thread:{_registerHart + 1:x};";
            case 'g':
                return ReadGeneralRegisters();
            case 'G':
                return WriteGeneralRegisters(rest);
            case 'p':
                return ReadRegister(rest);
            case 'P':
                return WriteRegister(rest);
            case 'm':
                return ReadMemory(rest);
            case 'M':
                return WriteMemory(rest, binary: false);
            case 'X':
                return WriteMemory(rest, binary: true);
            case 'Z' or 'z':
                return ChangeStopPoint(rest, packet[0] == 'Z');
            case 'H':
                return SelectThread(rest);
            case 'T':
                return TryThread(rest, out _) ? "OK" : "E01";
            case 'c' or 'C':
                return ResumeSelected(DebugResume.Continue);
            case 's' or 'S':
                return ResumeSelected(DebugResume.Step);
            case 'D':
                _transport.Send("OK");
                _over = true;
                return null;
            case 'k':
                target.Kill();
                _over = true;
                return null;
            case 'v':
                return AnswerVerbose(packet);
            case 'q' or 'Q':
                return AnswerQuery(packet);
            default:
                return "";
        }
    }

    private string? AnswerVerbose(string packet)
    {
        if (packet == "vCont?")
            return "vCont;c;C;s;S";
        if (packet.StartsWith("vCont;", StringComparison.Ordinal))
            return ResumeByActions(packet["vCont;".Length..]);
        if (!packet.StartsWith("vKill", StringComparison.Ordinal))
            return "";
        target.Kill();
        _transport.Send("OK");
        _over = true;
        return null;
    }

    private string? AnswerQuery(string packet)
    {
        var end = packet.IndexOfAny([':', ',', ';']);
        switch (end < 0 ? packet : packet[..end])
        {
            case "qSupported":
                return string.Create(CultureInfo.InvariantCulture, $"PacketSize={RspTransport.PacketLimit:x};QStartNoAckMode+;qXfer:features:read+;qXfer:threads:read+;vContSupported+;swbreak+;hwbreak+");
            case "QStartNoAckMode":
                _transport.Send("OK");
                _transport.Acknowledge = false;
                return null;
            case "qXfer":
                return Transfer(packet);
            case "qC":
                return $"QC{_registerHart + 1:x}";
            case "qAttached":
                return "1";
            case "qfThreadInfo":
                return "m" + string.Join(',', Enumerable.Range(1, target.HartCount).Select(t => t.ToString("x", CultureInfo.InvariantCulture)));
            case "qsThreadInfo":
                return "l";
            case "qThreadExtraInfo" when TryThread(packet[(end + 1)..], out var hart):
                return Hex.Of(Encoding.UTF8.GetBytes(target.Describe(hart)));
            case "qRcmd" when Hex.TryBytes(packet.AsSpan(end + 1), out var command):
                return target.Monitor(Encoding.UTF8.GetString(command)) is { } text ? Hex.Of(Encoding.UTF8.GetBytes(text)) : "";
            default:
                return "";
        }
    }

    private string Transfer(string packet)
    {
        var parts = packet.Split(':');
        string? document = null;
        if (parts is ["qXfer", "features", "read", "target.xml", _])
            document = GdbRegisters.TargetXml;
        else if (parts is ["qXfer", "threads", "read", "", _])
            document = ThreadsXml();
        else if (parts is ["qXfer", "features" or "threads", ..])
            return "E00";
        var range = parts[^1].Split(',');
        if (document is null || range.Length != 2 || !Hex.TryNumber(range[0], out var offset) || !Hex.TryNumber(range[1], out var length))
            return "";
        if (offset >= (ulong)document.Length)
            return "l";
        var left = document.Length - (int)offset;
        var piece = document.Substring((int)offset, (int)Math.Min((ulong)left, Math.Min(length, RspTransport.PacketLimit / 2)));
        return (piece.Length == left ? "l" : "m") + piece;
    }

    private string ThreadsXml()
    {
        var xml = new StringBuilder("<?xml version=\"1.0\"?><threads>");
        for (var hart = 0; hart < target.HartCount; hart++)
            xml.Append(CultureInfo.InvariantCulture, $"<thread id=\"{hart + 1:x}\" core=\"{hart}\" name=\"hart {hart}\">{target.Describe(hart)}</thread>");
        return xml.Append("</threads>").ToString();
    }

    private string ReadGeneralRegisters()
    {
        var text = new StringBuilder();
        for (var number = 0; number < GdbRegisters.GeneralCount; number++)
        {
            GdbRegisters.TryMap(number, out var register, out var size);
            target.TryReadRegister(_registerHart, register, out var value);
            text.Append(RegisterText(value, size));
        }

        return text.ToString();
    }

    private string WriteGeneralRegisters(string rest)
    {
        if (!Hex.TryBytes(rest, out var bytes))
            return "E01";
        for (var number = 0; number < GdbRegisters.GeneralCount && (number + 1) * 8 <= bytes.Length; number++)
        {
            GdbRegisters.TryMap(number, out var register, out _);
            if (number > 0)
                target.TryWriteRegister(_registerHart, register, BitConverter.ToUInt64(bytes, number * 8));
        }

        return "OK";
    }

    private string ReadRegister(string rest)
    {
        if (!Hex.TryNumber(rest, out var number) || !GdbRegisters.TryMap((int)Math.Min(number, int.MaxValue), out var register, out var size))
            return "E01";
        return target.TryReadRegister(_registerHart, register, out var value)
            ? RegisterText(value, size)
            : new string('x', size * 2);
    }

    private string WriteRegister(string rest)
    {
        var parts = rest.Split('=');
        if (parts.Length != 2 || !Hex.TryNumber(parts[0], out var number) || !Hex.TryBytes(parts[1], out var bytes) || bytes.Length is 0 or > 8)
            return "E01";
        if (!GdbRegisters.TryMap((int)Math.Min(number, int.MaxValue), out var register, out _))
            return "E01";
        var value = new byte[8];
        bytes.CopyTo(value, 0);
        return target.TryWriteRegister(_registerHart, register, BitConverter.ToUInt64(value)) ? "OK" : "E02";
    }

    private string ReadMemory(string rest)
    {
        var parts = rest.Split(',');
        if (parts.Length != 2 || !Hex.TryNumber(parts[0], out var address) || !Hex.TryNumber(parts[1], out var length))
            return "E01";
        var bytes = new byte[Math.Min(length, RspTransport.PacketLimit / 2 - 4)];
        return target.TryReadMemory(_registerHart, address, bytes) ? Hex.Of(bytes) : "E0e";
    }

    private string WriteMemory(string rest, bool binary)
    {
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var parts = colon < 0 ? [] : rest[..colon].Split(',');
        if (parts.Length != 2 || !Hex.TryNumber(parts[0], out var address) || !Hex.TryNumber(parts[1], out var length))
            return "E01";
        byte[] bytes;
        if (binary)
            bytes = Encoding.Latin1.GetBytes(rest[(colon + 1)..]);
        else if (!Hex.TryBytes(rest.AsSpan(colon + 1), out bytes))
            return "E01";
        if ((ulong)bytes.Length != length)
            return "E01";
        return bytes.Length == 0 || target.TryWriteMemory(_registerHart, address, bytes) ? "OK" : "E0e";
    }

    private string ChangeStopPoint(string rest, bool present)
    {
        var parts = rest.Split(';')[0].Split(',');
        if (parts.Length != 3 || !Hex.TryNumber(parts[1], out var address) || !Hex.TryNumber(parts[2], out var length))
            return "E01";
        switch (parts[0])
        {
            // Software and hardware breakpoints are the same here: neither touches the guest's memory.
            case "0" or "1":
                target.SetBreakpoint(address, present);
                return "OK";
            case "2" or "3" or "4" when length is > 0 and <= 1UL << 20:
                target.SetWatchpoint(new Watchpoint(new Gva(address), length, parts[0] is "3" or "4", parts[0] is "2" or "4"), present);
                return "OK";
            default:
                return "";
        }
    }

    private string SelectThread(string rest)
    {
        if (rest.Length == 0)
            return "E01";
        // 0 is any thread, -1 all of them.
        var any = rest[1..] is "0" or "-1";
        var hart = 0;
        if (!any && !TryThread(rest[1..], out hart))
            return "E01";
        if (rest[0] == 'g')
            _registerHart = any ? _registerHart : hart;
        else
            _resumeHart = any ? -1 : hart;
        return "OK";
    }

    private string? ResumeSelected(DebugResume how)
    {
        var actions = new DebugResume[target.HartCount];
        Array.Fill(actions, DebugResume.Continue);
        if (how == DebugResume.Step)
            actions[_resumeHart < 0 ? _registerHart : _resumeHart] = DebugResume.Step;
        return Go(actions);
    }

    private string? ResumeByActions(string list)
    {
        var actions = new DebugResume[target.HartCount];
        var decided = new bool[target.HartCount];
        foreach (var item in list.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = item.Split(':');
            DebugResume? how = parts[0].Length == 0 ? null : parts[0][0] switch
            {
                'c' or 'C' => DebugResume.Continue,
                's' or 'S' => DebugResume.Step,
                _ => null,
            };
            if (how is not { } action)
                return "E01";
            // The first action that fits a thread counts (appendix E.2, vCont).
            var all = parts.Length == 1 || parts[1] == "-1";
            var one = 0;
            if (!all && !TryThread(parts[1], out one))
                return "E01";
            for (var hart = 0; hart < actions.Length; hart++)
            {
                if (decided[hart] || (!all && hart != one))
                    continue;
                actions[hart] = action;
                decided[hart] = true;
            }
        }

        return Go(actions);
    }

    private string? Go(DebugResume[] actions)
    {
        _running = true;
        target.Resume(actions);
        return null;
    }

    private bool TryThread(string text, out int hart)
    {
        hart = 0;
        if (!Hex.TryNumber(text, out var number) || number == 0 || number > (ulong)target.HartCount)
            return false;
        hart = (int)number - 1;
        return true;
    }

    private static string RegisterText(ulong value, int size) => Hex.Of(BitConverter.GetBytes(value).AsSpan(0, size));

    private sealed class ConnectionClosed
    {
        public static ConnectionClosed Instance { get; } = new();
    }
}
