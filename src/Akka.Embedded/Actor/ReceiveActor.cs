using Akka.Actor.Internal;

namespace Akka.Actor
{
    /// <summary>
    /// An actor that says in its constructor (or in a method given to Become) which types of message it handles, and how. The
    /// first handler that was declared for a message's type, and whose predicate accepts it, gets it.
    /// </summary>
    public abstract class ReceiveActor : UntypedActor, IInitializableActor
    {
        // Handlers are declared in the constructor and in methods given to Become; only then is there a set being built.
        private readonly ReceiveHandlers _initial = new();
        private ReceiveHandlers? _building;

        /// <summary>For derived actors.</summary>
        protected ReceiveActor() => _building = _initial;

        private ReceiveHandlers Building => _building ?? throw new InvalidOperationException(
            "You may only call Receive-methods when constructing the actor and inside Become().");

        void IInitializableActor.Init() => _building = null;

        private protected override Receive MakeOwnReceive() => _initial.Handle;

        /// <summary>Hands a message to the handlers that the constructor declared.</summary>
        protected sealed override void OnReceive(object message)
        {
            if (!_initial.Handle(message))
                Unhandled(message);
        }

        /// <summary>Replaces the behaviour by the handlers that <paramref name="configure"/> declares.</summary>
        protected void Become(Action configure) => base.Become(Declare(configure));

        /// <summary>Puts the handlers that <paramref name="configure"/> declares on top of the present behaviour.</summary>
        protected void BecomeStacked(Action configure) => base.BecomeStacked(Declare(configure));

        /// <summary>Handles messages of type <typeparamref name="T"/> for which <paramref name="shouldHandle"/> is true.</summary>
        protected void Receive<T>(Action<T> handler, Predicate<T>? shouldHandle = null) =>
            Building.Add(new ActionHandler<T>(handler, shouldHandle));

        /// <summary>Handles messages of type <typeparamref name="T"/> for which <paramref name="shouldHandle"/> is true.</summary>
        protected void Receive<T>(Predicate<T> shouldHandle, Action<T> handler) => Receive(handler, shouldHandle);

        /// <summary>Handles messages of type <typeparamref name="T"/>; where it returns false, later handlers are asked.</summary>
        protected void Receive<T>(Func<T, bool> handler) => Building.Add(new FuncHandler<T>(handler));

        /// <summary>Handles messages of type <paramref name="messageType"/> for which <paramref name="shouldHandle"/> is true.</summary>
        protected void Receive(Type messageType, Action<object> handler, Predicate<object>? shouldHandle = null) =>
            Building.Add(new TypeHandler(messageType, handler, shouldHandle));

        /// <summary>Handles messages of type <paramref name="messageType"/> for which <paramref name="shouldHandle"/> is true.</summary>
        protected void Receive(Type messageType, Predicate<object> shouldHandle, Action<object> handler) =>
            Receive(messageType, handler, shouldHandle);

        /// <summary>Handles messages of type <paramref name="messageType"/>; where it returns false, later handlers are asked.</summary>
        protected void Receive(Type messageType, Func<object, bool> handler) =>
            Building.Add(new TypeFuncHandler(messageType, handler));

        /// <summary>Handles all other messages. Must be the last.</summary>
        protected void ReceiveAny(Action<object> handler) => Building.Add(new AnyHandler(handler));

        /// <summary>As <see cref="Receive{T}(Action{T}, Predicate{T})"/>; the next message waits until the handler's task has completed.</summary>
        protected void ReceiveAsync<T>(Func<T, Task> handler, Predicate<T>? shouldHandle = null) =>
            Building.Add(new AsyncHandler<T>(handler, shouldHandle));

        /// <summary>As <see cref="Receive{T}(Action{T}, Predicate{T})"/>; the next message waits until the handler's task has completed.</summary>
        protected void ReceiveAsync<T>(Predicate<T> shouldHandle, Func<T, Task> handler) => ReceiveAsync(handler, shouldHandle);

        /// <summary>As <see cref="Receive(Type, Action{object}, Predicate{object})"/>; the next message waits until the handler's task has completed.</summary>
        protected void ReceiveAsync(Type messageType, Func<object, Task> handler, Predicate<object>? shouldHandle = null) =>
            Building.Add(new AsyncTypeHandler(messageType, handler, shouldHandle));

        /// <summary>As <see cref="Receive(Type, Action{object}, Predicate{object})"/>; the next message waits until the handler's task has completed.</summary>
        protected void ReceiveAsync(Type messageType, Predicate<object> shouldHandle, Func<object, Task> handler) =>
            ReceiveAsync(messageType, handler, shouldHandle);

        /// <summary>As <see cref="ReceiveAny"/>; the next message waits until the handler's task has completed.</summary>
        protected void ReceiveAnyAsync(Func<object, Task> handler) => Building.Add(new AsyncAnyHandler(handler));

        private Receive Declare(Action configure)
        {
            var outer = _building;
            var handlers = _building = new ReceiveHandlers();
            try
            {
                configure();
            }
            finally
            {
                _building = outer;
            }

            return handlers.Handle;
        }
    }
}

namespace Akka.Actor.Internal
{
    /// <summary>An actor that has something to do right after its constructor.</summary>
    public interface IInitializableActor
    {
        /// <summary>Called once, by the runtime.</summary>
        void Init();
    }
}
