using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Akka.Actor;
using Akka.Configuration;
using Akka.Event;
using Trapline.ActorRuntime.Tests.Remote;

namespace Akka.Embedded.Tests.Remote;

public sealed class TlsTests : IAsyncLifetime
{
    private const string Password = "correct horse";

    private readonly string _certificate = Path.Combine(Path.GetTempPath(), $"trapline-{Guid.NewGuid():N}.pfx");
    private readonly List<ActorSystem> _systems = [];

    public TlsTests()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=trapline.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllBytes(_certificate, certificate.Export(X509ContentType.Pkcs12, Password));
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await Task.WhenAll(_systems.Select(s => s.Terminate())).WaitAsync(RemoteProbe.Patience);
        File.Delete(_certificate);
    }

    [Fact]
    public async Task Messages_pass_between_systems_with_a_certificate()
    {
        var a = Start("a", Tls(suppressValidation: true));
        var b = Start("b", Tls(suppressValidation: true));
        Assert.Equal("akka.ssl.tcp", AddressOf(b).Protocol);
        var target = new RemoteProbe(b, "target");
        var remote = await a.ActorSelection($"{AddressOf(b)}/user/target").ResolveOne(RemoteProbe.Patience);
        for (var i = 0; i < 2000; i++)
            remote.Tell($"message {i}");
        remote.Tell(new string('x', 100_000));
        for (var i = 0; i < 2000; i++)
            Assert.Equal($"message {i}", await target.NextAsync<string>());
        Assert.Equal(100_000, (await target.NextAsync<string>()).Length);
    }

    [Fact]
    public async Task A_certificate_that_nobody_vouches_for_is_refused_unless_validation_is_suppressed()
    {
        var a = Start("a", Tls(suppressValidation: false));
        var b = Start("b", Tls(suppressValidation: false));
        var deadLetters = new RemoteProbe(a);
        a.EventStream.Subscribe(deadLetters.Ref, typeof(DeadLetter));
        var target = new RemoteProbe(b, "target");
        ((ExtendedActorSystem)a).Provider.ResolveActorRef($"{AddressOf(b)}/user/target").Tell("secret");
        await deadLetters.FishAsync<DeadLetter>(d => d.Message is "secret");
        Assert.True(target.IsEmpty);
    }

    [Fact]
    public async Task Plain_text_is_disconnected()
    {
        var b = Start("b", Tls(suppressValidation: true));
        using var peer = await RawPeer.ConnectAsync(AddressOf(b));
        await peer.SendAsync(Akka.Remote.Wire.Preface.Encode(
            new Akka.Remote.Wire.Hello("akka.ssl.tcp://a@127.0.0.1:1", 1, AddressOf(b).ToString())));
        await peer.ReceiveEndAsync();
    }

    [Theory]
    [InlineData("certificate.path = \"/no/such/file.pfx\"", "/no/such/file.pfx")]
    [InlineData("certificate.path = \"\"", "certificate.path")]
    public void A_certificate_that_cannot_be_loaded_is_named(string ssl, string named)
    {
        var failure = Assert.ThrowsAny<Exception>(() => Start("a", $"enable-ssl = true, ssl {{ {ssl} }}"));
        Assert.Contains(named, failure.ToString(), StringComparison.Ordinal);
    }

    private static Address AddressOf(ActorSystem system) => ((ExtendedActorSystem)system).Provider.DefaultAddress;

    private string Tls(bool suppressValidation) => $$"""
        enable-ssl = true
        ssl {
          suppress-validation = {{(suppressValidation ? "true" : "false")}}
          certificate { path = "{{_certificate}}", password = "{{Password}}" }
        }
        """;

    private ActorSystem Start(string name, string tcp)
    {
        var system = ActorSystem.Create(name, ConfigurationFactory.ParseString($$"""
            akka.loglevel = OFF
            akka.stdout-loglevel = OFF
            akka.actor.provider = remote
            akka.remote.dot-netty.tcp {
              hostname = "127.0.0.1"
              port = 0
              {{tcp}}
            }
            """));
        _systems.Add(system);
        return system;
    }
}
