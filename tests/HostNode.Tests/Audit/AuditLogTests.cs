using System.Text;
using Trapline.HostNode.Audit;
using Trapline.Shared.Audit;
using Trapline.Shared.Ids;

namespace Trapline.HostNode.Tests.Audit;

/// <summary>The witness of all tests of faults: what it could not write when it happened, it writes later, in order, or says that it is missing.</summary>
public sealed class AuditLogTests : IDisposable
{
    private static readonly BootId Boot = new("b1");
    private static readonly VmId Vm = new("vm-1");

    private readonly SmallFile _file = new();
    private readonly AuditLog _log;

    public AuditLogTests() => _log = new AuditLog(_file, new HostId("a"), TimeProvider.System) { Boot = Boot };

    public void Dispose() => _log.Dispose();

    [Fact]
    public void Lines_that_found_no_room_follow_in_order_when_there_is_some()
    {
        _log.Runs(Boot, Vm, new Incarnation(1));
        _file.Room = 20; // a part of the next line
        _log.Stops(Boot, Vm, new Incarnation(1));
        _log.Runs(Boot, Vm, new Incarnation(2));
        Assert.Equal(2, _log.Waiting);
        Assert.Equal([1], Incarnations());

        _file.Room = int.MaxValue;
        _log.Stops(Boot, Vm, new Incarnation(2));
        Assert.Equal(0, _log.Waiting);
        Assert.Equal([1, 1, 2, 2], Incarnations());
        Assert.Equal([AuditKind.Runs, AuditKind.Stops, AuditKind.Runs, AuditKind.Stops], Lines().Select(l => l.Kind));
        Assert.True(Lines().Zip(Lines().Skip(1)).All(pair => pair.First.At <= pair.Second.At), "each has the time at which it happened");
    }

    [Fact]
    public void More_than_can_wait_is_counted_and_the_count_is_written()
    {
        _file.Room = 0;
        for (var i = 1; i <= AuditLog.MostWaiting + 3; i++)
            _log.Runs(Boot, Vm, new Incarnation(i));
        Assert.Equal(AuditLog.MostWaiting, _log.Waiting);
        _file.Room = int.MaxValue;
        _log.Lapse();
        Assert.True(SpinWait.SpinUntil(() => _log.Waiting == 0, TimeSpan.FromSeconds(60)));
        _log.Dispose(); // behind its last line
        var last = Lines()[^1];
        Assert.Equal(AuditKind.Gap, last.Kind);
        Assert.Equal(4, last.Missing);
        Assert.Equal(AuditLog.MostWaiting, Incarnations()[^1]);
    }

    private List<AuditLine> Lines() => [.. Encoding.UTF8.GetString(_file.Written.ToArray()).Split('\n').Select(AuditLine.Parse).OfType<AuditLine>()];

    private List<long> Incarnations() => [.. Lines().Where(l => l.Incarnation is not null).Select(l => l.Incarnation!.Value.Value)];

    /// <summary>A file with as much room as it is told to have; a write that finds too little writes what fits and fails.</summary>
    private sealed class SmallFile : Stream
    {
        public int Room { get; set; } = int.MaxValue;

        public MemoryStream Written { get; } = new();

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => Written.Length;

        public override long Position
        {
            get => Written.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fits = Math.Min(Room, buffer.Length);
            Written.Write(buffer[..fits]);
            Room -= fits;
            if (fits < buffer.Length)
                throw new IOException("No space left on device");
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            Written.Dispose();
            base.Dispose(disposing);
        }
    }
}
