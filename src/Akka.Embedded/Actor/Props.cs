// The recipe of an actor. Props.Create with an expression reads the constructor call apart, so that the recipe keeps type and
// arguments (and can be compared), and makes instances with new argument-free reflection: one compiled factory per constructor.
using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Akka.Util;

namespace Akka.Actor;

/// <summary>The recipe that an actor is made from, anew at each restart. Cannot be changed; With-methods give a new one.</summary>
public class Props : IEquatable<Props>, ISurrogated
{
    /// <summary>The recipe of an actor that does nothing.</summary>
    public static readonly Props None = new(typeof(EmptyActor));

    private static readonly ConcurrentDictionary<ConstructorInfo, Func<object?[], ActorBase>> Factories = new();
    private readonly IIndirectActorProducer? _producer;
    private Func<object?[], ActorBase>? _factory;

    /// <summary>For derived recipes.</summary>
    protected Props()
        : this(typeof(EmptyActor))
    {
    }

    /// <summary>For derived recipes: the same as <paramref name="copy"/>.</summary>
    protected Props(Props copy)
    {
        Type = copy.Type;
        Arguments = copy.Arguments;
        Deploy = copy.Deploy;
        SupervisorStrategy = copy.SupervisorStrategy;
        _producer = copy._producer;
        _factory = copy._factory;
    }

    /// <summary>An actor class with a constructor without parameters.</summary>
    public Props(Type type)
        : this(Deploy.None, type, [])
    {
    }

    /// <summary>An actor class and the arguments of its constructor.</summary>
    public Props(Type type, object[] args)
        : this(Deploy.None, type, args)
    {
    }

    /// <summary>An actor class, how it supervises, and the arguments of its constructor.</summary>
    public Props(Type type, SupervisorStrategy? supervisorStrategy, params object[] args)
        : this(Deploy.None, type, args) => SupervisorStrategy = supervisorStrategy;

    /// <summary>An actor class, how it supervises, and the arguments of its constructor.</summary>
    public Props(Type type, SupervisorStrategy? supervisorStrategy, IEnumerable<object> args)
        : this(type, supervisorStrategy, args.ToArray())
    {
    }

    /// <summary>An actor class, where it runs, and the arguments of its constructor.</summary>
    public Props(Deploy deploy, Type type, IEnumerable<object> args)
        : this(deploy, type, args.ToArray())
    {
    }

    /// <summary>An actor class, where it runs, and the arguments of its constructor.</summary>
    public Props(Deploy deploy, Type type, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(type);
        Deploy = deploy;
        Type = type;
        Arguments = args ?? [null!];
    }

    private Props(IIndirectActorProducer producer, object[] args)
        : this(Deploy.None, producer.ActorType, args) => _producer = producer;

    /// <summary>The recipe of an actor that does nothing.</summary>
    public static Props Empty => None;

    /// <summary>The actor class.</summary>
    public Type Type { get; }

    /// <summary>The actor class, by name.</summary>
    public string TypeName => Type.AssemblyQualifiedName!;

    /// <summary>The arguments of the constructor.</summary>
    public object[] Arguments { get; }

    /// <summary>Where the actor runs.</summary>
    public Deploy Deploy { get; protected set; }

    /// <summary>On which dispatcher; null means the default.</summary>
    public string? Dispatcher => Deploy.Dispatcher == Deploy.NoDispatcherGiven ? null : Deploy.Dispatcher;

    /// <summary>With which mailbox; null means the default.</summary>
    public string? Mailbox => Deploy.Mailbox == Deploy.NoMailboxGiven ? null : Deploy.Mailbox;

    /// <summary>How the actor supervises its children; null leaves it to the actor class.</summary>
    public SupervisorStrategy? SupervisorStrategy { get; protected set; }

    /// <summary>The recipe <c>() => new SomeActor(arguments)</c>; the arguments are evaluated now, once.</summary>
    /// <exception cref="ArgumentException">The expression is no constructor call.</exception>
    public static Props Create<TActor>(Expression<Func<TActor>> factory, SupervisorStrategy? supervisorStrategy = null)
        where TActor : ActorBase
    {
        if (factory.Body is not NewExpression { Constructor: { } constructor } call)
            throw new ArgumentException("The create function must be a 'new T (args)' expression", nameof(factory));
        var arguments = new object[call.Arguments.Count];
        for (var i = 0; i < arguments.Length; i++)
            arguments[i] = Evaluate(call.Arguments[i])!;
        return new Props(Deploy.None, call.Type, arguments) { SupervisorStrategy = supervisorStrategy, _factory = FactoryOf(constructor) };
    }

    /// <summary>An actor class and the arguments of its constructor.</summary>
    public static Props Create<TActor>(params object[] args)
        where TActor : ActorBase => new(typeof(TActor), args ?? [null!]);

    /// <summary>An actor class with a constructor without parameters, and how it supervises.</summary>
    public static Props Create<TActor>(SupervisorStrategy supervisorStrategy)
        where TActor : ActorBase, new() => new(typeof(TActor), supervisorStrategy);

    /// <summary>An actor class and the arguments of its constructor.</summary>
    public static Props Create(Type type, params object[] args) => new(type, args);

    /// <summary>Actors that <paramref name="producer"/> makes.</summary>
    public static Props CreateBy(IIndirectActorProducer producer, params object[] args) => new(producer, args);

    /// <summary>On another dispatcher.</summary>
    public Props WithDispatcher(string dispatcher) => WithDeploy(Deploy.WithDispatcher(dispatcher));

    /// <summary>With another mailbox.</summary>
    public Props WithMailbox(string mailbox) => WithDeploy(Deploy.WithMailbox(mailbox));

    /// <summary>With another limit of the stash.</summary>
    public Props WithStashCapacity(int stashCapacity) => WithDeploy(Deploy.WithStashCapacity(stashCapacity));

    /// <summary>Elsewhere.</summary>
    public Props WithDeploy(Deploy deploy)
    {
        var copy = Copy();
        copy.Deploy = deploy;
        return copy;
    }

    /// <summary>With another way to supervise.</summary>
    public Props WithSupervisorStrategy(SupervisorStrategy supervisorStrategy)
    {
        var copy = Copy();
        copy.SupervisorStrategy = supervisorStrategy;
        return copy;
    }

    /// <summary>Makes an instance.</summary>
    public virtual ActorBase NewActor()
    {
        if (_producer is not null)
            return _producer.Produce();
        return (_factory ??= FindFactory())(Arguments);
    }

    /// <summary>An instance is no longer needed.</summary>
    internal void Release(ActorBase actor) => _producer?.Release(actor);

    /// <summary>An equal recipe that may be changed.</summary>
    protected virtual Props Copy() => new(this);

    /// <inheritdoc/>
    public bool Equals(Props? other) =>
        ReferenceEquals(this, other) ||
        (other is not null && Type == other.Type && Deploy.Equals(other.Deploy) && Equals(SupervisorStrategy, other.SupervisorStrategy) &&
         ReferenceEquals(_producer, other._producer) && Arguments.AsSpan().SequenceEqual(other.Arguments));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Props);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Type, Arguments.Length, Deploy.Dispatcher);

    /// <inheritdoc/>
    public ISurrogate ToSurrogate(ActorSystem system) => new PropsSurrogate { Type = Type, Arguments = Arguments, Deploy = Deploy };

    private Func<object?[], ActorBase> FindFactory()
    {
        const BindingFlags AnyInstance = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var fitting = Type.GetConstructors(AnyInstance).Where(c => Fits(c.GetParameters())).ToList();
        var best = fitting.Count == 1 ? fitting[0] : fitting.FirstOrDefault(c => c.GetParameters().Length == Arguments.Length) ?? fitting.FirstOrDefault();
        return best is not null
            ? FactoryOf(best)
            : throw new TypeLoadException(
                $"Error while creating actor instance of type {Type} with {Arguments.Length} args: ({string.Join(",", Arguments.Select(a => a ?? "null"))})");
    }

    private bool Fits(ParameterInfo[] parameters)
    {
        if (parameters.Length < Arguments.Length)
            return false;
        for (var i = 0; i < parameters.Length; i++)
        {
            if (i >= Arguments.Length)
            {
                if (!parameters[i].HasDefaultValue)
                    return false;
                continue;
            }

            var type = parameters[i].ParameterType;
            if (Arguments[i] is null ? type.IsValueType && Nullable.GetUnderlyingType(type) is null : !type.IsInstanceOfType(Arguments[i]))
                return false;
        }

        return true;
    }

    private static Func<object?[], ActorBase> FactoryOf(ConstructorInfo constructor) => Factories.GetOrAdd(constructor, static c =>
    {
        var given = Expression.Parameter(typeof(object?[]), "given");
        var parameters = c.GetParameters();
        var length = Expression.ArrayLength(given);
        var values = parameters.Select((p, i) => p.HasDefaultValue
            ? Expression.Condition(
                Expression.LessThan(Expression.Constant(i), length),
                Expression.Convert(Expression.ArrayIndex(given, Expression.Constant(i)), p.ParameterType),
                Expression.Convert(Expression.Constant(p.DefaultValue), p.ParameterType))
            : (Expression)Expression.Convert(Expression.ArrayIndex(given, Expression.Constant(i)), p.ParameterType));
        return Expression.Lambda<Func<object?[], ActorBase>>(Expression.New(c, values), given).Compile();
    });

    private static object? Evaluate(Expression expression) => expression switch
    {
        ConstantExpression constant => constant.Value,
        MemberExpression { Member: FieldInfo field } member => field.GetValue(member.Expression is null ? null : Evaluate(member.Expression)),
        UnaryExpression { NodeType: ExpressionType.Convert } convert when !convert.Type.IsValueType && convert.Method is null => Evaluate(convert.Operand),
        _ => Expression.Lambda<Func<object?>>(Expression.Convert(expression, typeof(object))).Compile(preferInterpretation: true)(),
    };

    /// <summary>What travels instead of a <see cref="Props"/>.</summary>
    public class PropsSurrogate : ISurrogate
    {
        /// <summary>See <see cref="Props.Deploy"/>.</summary>
        public Deploy Deploy { get; set; } = Deploy.None;

        /// <summary>See <see cref="Props.Type"/>.</summary>
        public Type Type { get; set; } = typeof(EmptyActor);

        /// <summary>See <see cref="Props.Arguments"/>.</summary>
        public object[] Arguments { get; set; } = [];

        /// <inheritdoc/>
        public ISurrogated FromSurrogate(ActorSystem system) => new Props(Deploy, Type, Arguments);
    }

    private sealed class EmptyActor : ActorBase
    {
        protected override bool Receive(object message) => false;
    }
}

/// <summary>Makes actors in its own way, such as from a container.</summary>
public interface IIndirectActorProducer
{
    /// <summary>The class of the actors.</summary>
    Type ActorType { get; }

    /// <summary>Makes an instance.</summary>
    ActorBase Produce();

    /// <summary>An instance is no longer needed.</summary>
    void Release(ActorBase actor);
}
