using Akka.Actor;
using Akka.Event;

namespace Trapline.ActorRuntime.Tests.Event;

public sealed class EventStreamTests() : ActorTest("akka.loglevel = DEBUG\n")
{
    [Fact]
    public async Task A_subscriber_gets_events_of_the_type_and_of_those_below_it()
    {
        Assert.True(Sys.EventStream.Subscribe(TestActor, typeof(Base)));
        Sys.EventStream.Publish(new Base());
        await ExpectMsgAsync<Base>();
        Sys.EventStream.Publish(new Derived());
        await ExpectMsgAsync<Derived>();
        Sys.EventStream.Publish("something else");
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task An_event_comes_once_although_it_was_subscribed_to_twice()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Derived));
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        Sys.EventStream.Publish(new Derived());
        await ExpectMsgAsync<Derived>();
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task After_Unsubscribe_nothing_comes()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        Assert.True(Sys.EventStream.Unsubscribe(TestActor, typeof(Base)));
        Sys.EventStream.Publish(new Base());
        await ExpectNoMsgAsync(Quiet);
    }

    [Fact]
    public async Task A_part_of_a_wider_subscription_can_be_taken_out_and_put_back()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Base));
        Assert.True(Sys.EventStream.Unsubscribe(TestActor, typeof(Derived)));
        Sys.EventStream.Publish(new Derived());
        Sys.EventStream.Publish(new Base());
        Assert.Equal(typeof(Base), (await ExpectMsgAsync<Base>()).GetType());
        Sys.EventStream.Subscribe(TestActor, typeof(Derived));
        Sys.EventStream.Publish(new Derived());
        await ExpectMsgAsync<Derived>();
    }

    [Fact]
    public async Task Log_entries_carry_source_level_template_and_arguments()
    {
        Sys.EventStream.Subscribe(TestActor, typeof(Info));
        Sys.ActorOf(Props.Create(() => new Chatty()), "chatty");
        var info = (Info)await FishForMessageAsync(m => m is Info { Message: LogMessage { Format: "started {0} times" } }, Patience);
        Assert.Contains("/user/chatty", info.LogSource, StringComparison.Ordinal);
        Assert.Equal(LogLevel.InfoLevel, info.LogLevel());
        Assert.Equal([3], ((LogMessage)info.Message).Parameters());
        Assert.Equal("started 3 times", info.Message.ToString());
    }

    [Fact]
    public async Task EventFilter_waits_for_log_entries()
    {
        await EventFilter.Warning("careful").ExpectOneAsync(() =>
        {
            Sys.Log.Warning("careful");
            return Task.CompletedTask;
        });
        await EventFilter.Error(contains: "went").ExpectAsync(2, () =>
        {
            Sys.Log.Error("it went wrong");
            Sys.Log.Error(new InvalidOperationException("x"), "again it went wrong");
            return Task.CompletedTask;
        });
        await EventFilter.DeadLetter<string>().ExpectOneAsync(() =>
        {
            Sys.DeadLetters.Tell("nobody there");
            return Task.CompletedTask;
        });
    }

    public class Base;

    public sealed class Derived : Base;

    private sealed class Chatty : UntypedActor
    {
        protected override void PreStart() => Context.GetLogger().Info("started {0} times", 3);

        protected override void OnReceive(object message)
        {
        }
    }
}
