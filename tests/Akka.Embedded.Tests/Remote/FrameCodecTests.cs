using System.Buffers;
using System.Globalization;
using Akka.Remote.Wire;

namespace Akka.Embedded.Tests.Remote;

public class FrameCodecTests
{
    private const int MaxFrame = 64 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_is_encoded_is_decoded_whatever_the_pieces_it_arrives_in(int seed)
    {
        var random = new Random(seed);
        var sent = new List<string>();
        var bytes = RandomFrames(random, 2000, sent);

        var recorder = new Recorder();
        Assert.Equal(DecodeStatus.NeedMore, DecodeInPieces(bytes, random, recorder, out var rest));
        Assert.Equal(0, rest);
        Assert.Equal(sent, recorder.Seen);
    }

    [Fact]
    public void A_table_that_is_full_begins_anew_and_names_stay_right()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new FrameEncoder(output);
        var sent = new List<string>();
        for (var i = 0; i < 3 * WireFormat.MaxTableEntries; i++)
            WriteMessage(encoder, sent, new Sample(0, $"akka.tcp://sys@host:1/user/a{i}#1", null, Numbered("m", i), [1]));

        var recorder = new Recorder();
        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.Equal(DecodeStatus.NeedMore, new FrameDecoder(MaxFrame).Decode(ref buffer, recorder));
        Assert.Equal(sent, recorder.Seen);
        Assert.Equal(2, encoder.PathEpoch);
    }

    [Fact]
    public void Repeated_names_are_sent_once()
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new FrameEncoder(output);
        var path = "akka.tcp://sys@host:1/user/" + new string('x', 200);
        WriteMessage(encoder, [], new Sample(0, path, path, "manifest", [1]));
        var first = output.WrittenCount;
        WriteMessage(encoder, [], new Sample(0, path, path, "manifest", [1]));
        Assert.InRange(output.WrittenCount - first, 1, 20);
        Assert.True(first > 200);
    }

    [Theory]
    [InlineData(11, 3000)]
    [InlineData(12, 3000)]
    public void Random_bytes_are_a_violation_or_wait_for_more_and_never_throw(int seed, int rounds)
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = new byte[random.Next(1, 400)];
            random.NextBytes(bytes);
            if (random.Next(2) == 0)
            {
                // A plausible length lets the bytes get as far as the fields.
                BitConverter.TryWriteBytes(bytes.AsSpan(), Math.Max(1, bytes.Length - sizeof(uint)));
                if (bytes.Length > sizeof(uint))
                    bytes[sizeof(uint)] = (byte)random.Next(0, 9);
            }

            DecodeInPieces(bytes, random, new Recorder(), out _);
        }
    }

    [Theory]
    [InlineData(21, 400)]
    [InlineData(22, 400)]
    public void Damaged_frames_never_throw_and_never_yield_more_than_was_sent(int seed, int rounds)
    {
        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            var sent = new List<string>();
            var bytes = RandomFrames(random, 20, sent);
            for (var damage = random.Next(1, 8); damage > 0; damage--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            var recorder = new Recorder();
            DecodeInPieces(bytes, random, recorder, out _);
            Assert.InRange(recorder.PayloadBytes, 0, bytes.Length);
        }
    }

    [Fact]
    public void A_frame_beyond_the_limit_is_refused_by_its_length_alone()
    {
        var bytes = BitConverter.GetBytes(MaxFrame + 1);
        var buffer = new ReadOnlySequence<byte>(bytes);
        var decoder = new FrameDecoder(MaxFrame);
        Assert.Equal(DecodeStatus.Violation, decoder.Decode(ref buffer, new Recorder()));
        Assert.Contains((MaxFrame + 1).ToString(), decoder.Violation, StringComparison.Ordinal);
    }

    [Fact]
    public void Definitions_must_count_up_so_a_table_cannot_be_made_sparse_or_overfull()
    {
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i <= WireFormat.MaxTableEntries; i++)
        {
            var writer = new WireWriter(output.GetSpan(64));
            writer.UInt32(0);
            writer.Byte((byte)FrameKind.Define);
            writer.Byte((byte)TableKind.Path);
            writer.Varint((ulong)i);
            writer.Text("p");
            writer.EndFrame();
            output.Advance(writer.Written);
        }

        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.Equal(DecodeStatus.Violation, new FrameDecoder(MaxFrame).Decode(ref buffer, new Recorder()));
    }

    [Fact]
    public void Prefaces_survive_the_round_trip()
    {
        var hello = new Hello("akka.tcp://a@h:1", -7, "akka.tcp://b@i:2");
        var bytes = Preface.Encode(hello);
        Assert.Equal(PrefaceHeader.Ok, Preface.ReadHeader(bytes.AsSpan(0, WireFormat.PrefaceHeaderLength), out var length));
        Assert.Equal(bytes.Length - WireFormat.PrefaceHeaderLength, length);
        Assert.Equal(hello, Preface.DecodeHello(bytes.AsSpan(WireFormat.PrefaceHeaderLength)));

        var welcome = new Welcome(WelcomeStatus.Quarantined, 99);
        bytes = Preface.Encode(welcome);
        Assert.Equal(welcome, Preface.DecodeWelcome(bytes.AsSpan(WireFormat.PrefaceHeaderLength)));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(32)]
    public void Random_prefaces_never_throw(int seed)
    {
        var random = new Random(seed);
        for (var round = 0; round < 5000; round++)
        {
            var bytes = new byte[random.Next(0, 100)];
            random.NextBytes(bytes);
            Preface.ReadHeader(bytes, out _);
            Preface.DecodeHello(bytes);
            Preface.DecodeWelcome(bytes);
        }
    }

    private static string Numbered(string text, int number) => text + number.ToString(CultureInfo.InvariantCulture);

    private static byte[] RandomFrames(Random random, int count, List<string> sent)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new FrameEncoder(output);
        for (var i = 0; i < count; i++)
        {
            switch (random.Next(10))
            {
                case 0:
                    encoder.Heartbeat();
                    sent.Add("heartbeat");
                    break;
                case 1:
                    var upTo = (ulong)random.NextInt64();
                    encoder.Ack(upTo, upTo % 2 == 0);
                    sent.Add($"ack {upTo} {upTo % 2 == 0}");
                    break;
                case 2:
                    encoder.Goodbye(GoodbyeReason.Shutdown);
                    sent.Add("goodbye Shutdown");
                    break;
                default:
                    var payload = new byte[random.Next(0, 300)];
                    random.NextBytes(payload);
                    WriteMessage(encoder, sent, new Sample(
                        random.Next(3) == 0 ? (ulong)random.NextInt64(1, long.MaxValue) : 0,
                        Numbered("akka.tcp://sys@host:1/user/actor", random.Next(40)),
                        random.Next(2) == 0 ? null : Numbered("akka.tcp://sys@host:2/temp/", random.Next()),
                        random.Next(3) == 0 ? string.Empty : Numbered("Müller", random.Next(10)),
                        payload));
                    break;
            }
        }

        return output.WrittenSpan.ToArray();
    }

    private static void WriteMessage(FrameEncoder encoder, List<string> sent, Sample sample)
    {
        var (sequence, recipient, sender, manifest, payload) = sample;
        PathName Name(string path) => new(encoder.PathReference(path, !path.Contains("/temp/", StringComparison.Ordinal)), path);
        var epoch = encoder.PathEpoch;
        var to = Name(recipient);
        var from = sender is null ? PathName.None : Name(sender);
        if (epoch != encoder.PathEpoch)
        {
            to = Name(recipient);
            from = sender is null ? PathName.None : Name(sender);
        }

        encoder.Message(sequence, to, from, new Payload(payload.Length, manifest, payload));
        sent.Add($"message {sequence} {recipient} {sender} {payload.Length} {manifest} {Convert.ToHexString(payload)}");
    }

    private static DecodeStatus DecodeInPieces(byte[] bytes, Random random, Recorder recorder, out long rest)
    {
        var decoder = new FrameDecoder(MaxFrame);
        var status = DecodeStatus.NeedMore;
        var buffer = ReadOnlySequence<byte>.Empty;
        for (var at = 0; at < bytes.Length && status == DecodeStatus.NeedMore;)
        {
            var piece = Math.Min(bytes.Length - at, random.Next(1, 700));
            buffer = Append(buffer, bytes.AsMemory(at, piece));
            at += piece;
            status = decoder.Decode(ref buffer, recorder);
        }

        rest = buffer.Length;
        return status;
    }

    private static ReadOnlySequence<byte> Append(ReadOnlySequence<byte> buffer, ReadOnlyMemory<byte> piece)
    {
        Segment? first = null;
        Segment? last = null;
        foreach (var memory in buffer)
            last = first is null ? first = new Segment(memory) : last!.Append(memory);
        last = first is null ? first = new Segment(piece) : last!.Append(piece);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed record Sample(ulong Sequence, string Recipient, string? Sender, string Manifest, byte[] Payload);

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory) => Memory = memory;

        public Segment Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Segment(memory) { RunningIndex = RunningIndex + Memory.Length };
            Next = next;
            return next;
        }
    }

    private sealed class Recorder : IFrameHandler
    {
        public List<string> Seen { get; } = [];

        public int PayloadBytes { get; private set; }

        public void OnMessage(in InboundMessage message)
        {
            PayloadBytes += message.Payload.Bytes.Length;
            Seen.Add($"message {message.Sequence} {message.Recipient.Text} {message.Sender?.Text} {message.Payload.SerializerId} "
                + $"{message.Payload.Manifest} {Convert.ToHexString(message.Payload.Bytes)}");
        }

        public void OnHeartbeat() => Seen.Add("heartbeat");

        public void OnAck(ulong upTo, bool gap) => Seen.Add($"ack {upTo} {gap}");

        public void OnGoodbye(GoodbyeReason reason) => Seen.Add($"goodbye {reason}");
    }
}
