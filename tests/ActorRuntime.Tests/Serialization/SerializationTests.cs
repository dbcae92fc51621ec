using System.Runtime.Serialization;
using System.Text;
using Akka.Actor;
using Akka.Serialization;

namespace Trapline.ActorRuntime.Tests.Serialization;

public sealed class SerializationTests() : ActorTest(
    """
    akka.actor {
      serialize-messages = on
      serializers.letters = "Trapline.ActorRuntime.Tests.Serialization.LetterSerializer, ActorRuntime.Tests"
      serialization-bindings {
        "Trapline.ActorRuntime.Tests.Serialization.ILetter, ActorRuntime.Tests" = letters
      }
      serialization-identifiers {
        "Trapline.ActorRuntime.Tests.Serialization.LetterSerializer, ActorRuntime.Tests" = 4711
      }
    }
    """)
{
    [Fact]
    public void A_binding_holds_for_all_types_below_it()
    {
        Assert.IsType<LetterSerializer>(Sys.Serialization.FindSerializerFor(new Postcard("x")));
        Assert.IsType<LetterSerializer>(Sys.Serialization.FindSerializerForType(typeof(Parcel)));
        Assert.IsType<NewtonSoftJsonSerializer>(Sys.Serialization.FindSerializerFor(new Plain { Name = "x" }));
        Assert.IsType<NullSerializer>(Sys.Serialization.FindSerializerFor(null!));
    }

    [Fact]
    public void A_manifest_finds_the_way_back()
    {
        var serializer = Sys.Serialization.FindSerializerFor(new Postcard("sea"));
        Assert.Equal(4711, serializer.Identifier);
        var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, new Postcard("sea"));
        Assert.Equal("P", manifest);
        var back = Sys.Serialization.Deserialize(serializer.ToBinary(new Postcard("sea")), 4711, manifest);
        Assert.Equal(new Postcard("sea"), back);
    }

    [Fact]
    public void An_unknown_identifier_is_a_clear_error()
    {
        var error = Assert.Throws<SerializationException>(() => Sys.Serialization.Deserialize([], 987654, "x"));
        Assert.Contains("987654", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_serialize_messages_each_message_is_a_copy_with_live_references()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Mirror()));
        var sent = new Plain { Name = "n", Number = 42, Fraction = 2.5, Ref = TestActor };
        var got = await actor.Ask<Plain>(sent, Patience);
        Assert.NotSame(sent, got);
        Assert.Equal(("n", 42, 2.5), (got.Name, got.Number, got.Fraction));
        Assert.Equal(TestActor, got.Ref);
        got.Ref!.Tell("through the reference");
        await ExpectMsgAsync("through the reference");
    }

    [Fact]
    public async Task With_serialize_messages_a_message_that_says_so_is_not_copied()
    {
        var actor = Sys.ActorOf(Props.Create(() => new Mirror()));
        var local = new LocalOnly(new Lock());
        Assert.Same(local, await actor.Ask<LocalOnly>(local, Patience));
    }

    [Theory]
    [InlineData(1)]
    [InlineData("text")]
    [InlineData(true)]
    [InlineData(2.5)]
    [InlineData(1L << 40)]
    public void Primitive_values_keep_their_type(object value)
    {
        var serializer = Sys.Serialization.FindSerializerFor(value);
        var manifest = Akka.Serialization.Serialization.ManifestFor(serializer, value);
        var back = Sys.Serialization.Deserialize(serializer.ToBinary(value), serializer.Identifier, manifest);
        Assert.Equal(value, back);
        Assert.Equal(value.GetType(), back.GetType());
    }

    [Fact]
    public void A_reference_travels_as_its_path()
    {
        var path = Akka.Serialization.Serialization.SerializedActorPath(TestActor);
        Assert.Equal(TestActor, Sys.Serialization.DeserializeActorRef(path));
    }

    [Fact]
    public void Byte_arrays_stay_as_they_are()
    {
        byte[] bytes = [1, 2, 3];
        var serializer = Sys.Serialization.FindSerializerFor(bytes);
        Assert.IsType<ByteArraySerializer>(serializer);
        Assert.Equal(bytes, serializer.ToBinary(bytes));
    }

    private sealed class Mirror : UntypedActor
    {
        protected override void OnReceive(object message) => Sender.Tell(message);
    }
}

public interface ILetter
{
    string Text { get; }
}

public sealed record Postcard(string Text) : ILetter;

public sealed record Parcel(string Text) : ILetter;

public sealed class Plain
{
    public string? Name { get; set; }

    public int Number { get; set; }

    public double Fraction { get; set; }

    public IActorRef? Ref { get; set; }
}

public sealed class LocalOnly(Lock handle) : INoSerializationVerificationNeeded
{
    public Lock Handle { get; } = handle;
}

/// <summary>Writes letters as text, with a letter for their kind.</summary>
public sealed class LetterSerializer(ExtendedActorSystem system) : SerializerWithStringManifest(system)
{
    public override string Manifest(object o) => o is Postcard ? "P" : "Q";

    public override byte[] ToBinary(object obj) => Encoding.UTF8.GetBytes(((ILetter)obj).Text);

    public override object FromBinary(byte[] bytes, string manifest) => manifest switch
    {
        "P" => new Postcard(Encoding.UTF8.GetString(bytes)),
        "Q" => new Parcel(Encoding.UTF8.GetString(bytes)),
        _ => throw new SerializationException($"unknown manifest {manifest}"),
    };
}
