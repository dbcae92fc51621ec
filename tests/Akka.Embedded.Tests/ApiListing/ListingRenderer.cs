using System.Reflection;
using System.Runtime.CompilerServices;

namespace Akka.Embedded.Tests.ApiListing;

/// <summary>
/// The public API of a type, line by line in the form of the API listing. What the listing leaves out is left out here:
/// non-public members, explicit interface implementations, compiler-generated members, protected members of sealed types.
/// </summary>
internal static class ListingRenderer
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    internal static IEnumerable<string> Lines(Type type)
    {
        var head = TypeText.Declaring(type) + " :: ";
        yield return head + Declaration(type);
        if (typeof(Delegate).IsAssignableFrom(type))
            yield break;
        foreach (var member in Members(type))
            yield return head + member;
    }

    internal static bool IsVisible(Type type)
    {
        for (var current = type; current is not null; current = current.DeclaringType)
        {
            if (!(current.IsPublic || current.IsNestedPublic || current.IsNestedFamily || current.IsNestedFamORAssem))
                return false;
        }

        return true;
    }

    private static IEnumerable<string> Members(Type type)
    {
        foreach (var field in type.GetFields(Declared).Where(f => IsVisible(f.Attributes, type) && !IsGenerated(f)))
        {
            if (type.IsEnum)
            {
                if (field.IsLiteral)
                    yield return $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture)}";
            }
            else
            {
                yield return Field(field);
            }
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(c => !c.IsStatic && IsVisible(c, type)))
            yield return $"{Access(constructor)}{TypeText.SimpleName(type)}({TypeText.Parameters(constructor)})";
        foreach (var property in type.GetProperties(Declared))
        {
            if (Property(property, type) is { } line)
                yield return line;
        }

        foreach (var @event in type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod!, type)))
            yield return $"{Access(@event.AddMethod!)}{Modifiers(@event.AddMethod!)}event {TypeText.Of(@event.EventHandlerType!)} {@event.Name}";
        foreach (var method in type.GetMethods(Declared).Where(m => IsVisible(m, type) && !IsGenerated(m)))
        {
            if (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal))
                yield return Method(method);
        }
    }

    private static string Declaration(Type type)
    {
        var access = type.IsNestedFamily ? "protected " : type.IsNestedFamORAssem ? "protected internal " : "public ";
        if (type.IsEnum)
            return $"{access}enum {TypeText.Simple(type)} : {TypeText.Of(Enum.GetUnderlyingType(type))}";
        var own = type.GetGenericArguments().Skip(type.DeclaringType?.GetGenericArguments().Length ?? 0).ToArray();
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            var invoke = type.GetMethod("Invoke")!;
            return $"{access}delegate {TypeText.Of(invoke.ReturnType)} {TypeText.Simple(type)}({TypeText.Parameters(invoke)}){TypeText.Constraints(own)}";
        }

        var kind = type switch
        {
            { IsInterface: true } => "interface ",
            { IsValueType: true } => type.IsDefined(typeof(IsReadOnlyAttribute), inherit: false) ? "readonly struct " : "struct ",
            { IsAbstract: true, IsSealed: true } => "static class ",
            { IsAbstract: true } => "abstract class ",
            { IsSealed: true } => "sealed class ",
            _ => "class ",
        };
        var bases = Bases(type).ToList();
        var list = bases.Count == 0 ? "" : " : " + string.Join(", ", bases);
        return access + kind + TypeText.Simple(type) + list + TypeText.Constraints(own);
    }

    private static IEnumerable<string> Bases(Type type)
    {
        var baseType = type.BaseType;
        if (baseType is not null && baseType != typeof(object) && baseType != typeof(ValueType))
            yield return TypeText.Of(baseType);
        var implied = new HashSet<Type>(baseType?.GetInterfaces() ?? []);
        var own = type.GetInterfaces();
        foreach (var each in own)
            implied.UnionWith(each.GetInterfaces());
        foreach (var name in own.Where(i => !implied.Contains(i) && IsVisible(i)).Select(TypeText.Of).Order(StringComparer.Ordinal))
            yield return name;
    }

    private static string Field(FieldInfo field)
    {
        var access = FieldAccess(field);
        if (field.IsLiteral)
            return $"{access}const {TypeText.Of(field.FieldType)} {field.Name} = {TypeText.Constant(field.GetRawConstantValue(), field.FieldType)}";
        var isVolatile = field.GetRequiredCustomModifiers().Contains(typeof(IsVolatile));
        return $"{access}{(field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{(isVolatile ? "volatile " : "")}{TypeText.Of(field.FieldType)} {field.Name}";
    }

    private static string? Property(PropertyInfo property, Type type)
    {
        var accessors = new[] { property.GetMethod, property.SetMethod }.Where(a => a is not null && IsVisible(a, type)).ToList();
        if (accessors.Count == 0)
            return null;
        var widest = accessors.OrderBy(a => a!.IsPublic ? 0 : a.IsFamilyOrAssembly ? 1 : 2).First()!;
        var body = string.Concat(accessors.Select(a => $"{(Access(a!) == Access(widest) ? "" : Access(a!))}{Accessor(a!)}; "));
        var index = property.GetIndexParameters();
        var name = index.Length == 0 ? property.Name : $"this[{string.Join(", ", index.Select(p => $"{TypeText.Of(p.ParameterType)} {p.Name}"))}]";
        return $"{Access(widest)}{Modifiers(widest)}{TypeText.Of(property.PropertyType)} {name} {{ {body}}}";
    }

    private static string Accessor(MethodInfo accessor)
    {
        if (accessor.Name.StartsWith("get_", StringComparison.Ordinal))
            return "get";
        return accessor.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? "init" : "set";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? method.GetGenericArguments() : [];
        var signature = $"({TypeText.Parameters(method)}){TypeText.Constraints(generic)}";
        var lead = Access(method) + Modifiers(method);
        if (method.Name is "op_Implicit" or "op_Explicit")
            return $"{lead}{(method.Name == "op_Implicit" ? "implicit" : "explicit")} operator {TypeText.Of(method.ReturnType)}{signature}";
        var name = method.IsSpecialName ? "operator " + Operators[method.Name] : method.Name + TypeText.Arguments(generic, variance: false);
        return $"{lead}{TypeText.Of(method.ReturnType)} {name}{signature}";
    }

    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["op_Equality"] = "==",
        ["op_Inequality"] = "!=",
        ["op_LessThan"] = "<",
        ["op_GreaterThan"] = ">",
        ["op_LessThanOrEqual"] = "<=",
        ["op_GreaterThanOrEqual"] = ">=",
        ["op_Addition"] = "+",
        ["op_Subtraction"] = "-",
        ["op_Division"] = "/",
        ["op_Multiply"] = "*",
        ["op_UnaryNegation"] = "-",
    };

    private static string Modifiers(MethodInfo method)
    {
        if (method.DeclaringType!.IsInterface)
            return method.IsStatic ? "static " : "";
        if (method.IsStatic)
            return "static ";
        if (!method.IsVirtual)
            return "";
        var overrides = !method.Attributes.HasFlag(MethodAttributes.NewSlot);
        return (method.IsAbstract, overrides, method.IsFinal) switch
        {
            (true, true, _) => "abstract override ",
            (true, false, _) => "abstract ",
            (_, true, true) => "sealed override ",
            (_, true, false) => "override ",
            (_, false, true) => "",
            _ => "virtual ",
        };
    }

    private static bool IsGenerated(MemberInfo member) => member.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static bool IsVisible(MethodBase method, Type type) =>
        method.IsPublic || ((method.IsFamily || method.IsFamilyOrAssembly) && !type.IsSealed);

    private static bool IsVisible(FieldAttributes attributes, Type type) => (attributes & FieldAttributes.FieldAccessMask) switch
    {
        FieldAttributes.Public => true,
        FieldAttributes.Family or FieldAttributes.FamORAssem => !type.IsSealed,
        _ => false,
    };

    private static string Access(MethodBase method) =>
        method.IsPublic ? "public " : method.IsFamilyOrAssembly ? "protected internal " : "protected ";

    private static string FieldAccess(FieldInfo field) =>
        field.IsPublic ? "public " : field.IsFamilyOrAssembly ? "protected internal " : "protected ";
}
