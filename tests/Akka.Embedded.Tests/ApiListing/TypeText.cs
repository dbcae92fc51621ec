using System.Globalization;
using System.Reflection;
using System.Text;

namespace Akka.Embedded.Tests.ApiListing;

/// <summary>Types, parameters, constants and constraints in the form that the API listing gives them.</summary>
internal static class TypeText
{
    /// <summary>The name of a type as others refer to it.</summary>
    internal static string Of(Type type)
    {
        if (type.IsByRef)
            return Of(type.GetElementType()!);
        if (type.IsArray)
            return $"{Of(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericParameter)
            return type.Name;
        if (type == typeof(void))
            return "void";
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Of(underlying) + "?";
        return Qualified(type, type.GetGenericArguments(), variance: false);
    }

    /// <summary>The name of a type in its own declaration and in front of its members: <c>IExtensionId&lt;out T&gt;</c>.</summary>
    internal static string Declaring(Type type) => Qualified(type, type.GetGenericArguments(), variance: true);

    /// <summary>The last part of <see cref="Declaring"/>, with type parameters.</summary>
    internal static string Simple(Type type)
    {
        var inherited = type.DeclaringType?.GetGenericArguments().Length ?? 0;
        return SimpleName(type) + Arguments(type.GetGenericArguments().Skip(inherited).ToArray(), variance: true);
    }

    internal static string SimpleName(Type type)
    {
        var tick = type.Name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? type.Name : type.Name[..tick];
    }

    internal static string Parameters(MethodBase method)
    {
        var isExtension = method.IsDefined(typeof(System.Runtime.CompilerServices.ExtensionAttribute), inherit: false);
        return string.Join(", ", method.GetParameters().Select((p, i) => Parameter(p, isExtension && i == 0)));
    }

    internal static string Constraints(Type[] parameters)
    {
        var text = new StringBuilder();
        foreach (var parameter in parameters)
        {
            var parts = new List<string>();
            var flags = parameter.GenericParameterAttributes;
            if (flags.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
                parts.Add("class");
            var isStruct = flags.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint);
            if (isStruct)
                parts.Add("struct");
            parts.AddRange(parameter.GetGenericParameterConstraints().Where(c => c != typeof(ValueType)).Select(Of));
            if (!isStruct && flags.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
                parts.Add("new()");
            if (parts.Count > 0)
                text.Append(" where ").Append(parameter.Name).Append(" : ").AppendJoin(", ", parts);
        }

        return text.ToString();
    }

    internal static string Constant(object? value, Type type)
    {
        var enumType = Nullable.GetUnderlyingType(type) ?? type;
        return value switch
        {
            null or DBNull => type.IsValueType && Nullable.GetUnderlyingType(type) is null ? "default" : "null",
            bool b => b ? "true" : "false",
            string s => "\"" + s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\"",
            _ when enumType.IsEnum => $"{Of(enumType)}.{Enum.GetName(enumType, value)}",
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString()!,
        };
    }

    internal static string Arguments(Type[] arguments, bool variance) =>
        arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(a => (variance ? Variance(a) : "") + Of(a)))}>";

    private static string Parameter(ParameterInfo parameter, bool isThis)
    {
        var text = new StringBuilder();
        if (isThis)
            text.Append("this ");
        if (parameter.IsDefined(typeof(ParamArrayAttribute), inherit: false))
            text.Append("params ");
        if (parameter.ParameterType.IsByRef)
            text.Append(parameter.IsOut ? "out " : parameter.IsIn ? "in " : "ref ");
        text.Append(Of(parameter.ParameterType)).Append(' ').Append(parameter.Name);
        if (parameter.HasDefaultValue)
            text.Append(" = ").Append(Constant(parameter.DefaultValue, parameter.ParameterType));
        return text.ToString();
    }

    private static string Qualified(Type type, Type[] arguments, bool variance)
    {
        var outer = type.DeclaringType;
        var inherited = outer?.GetGenericArguments().Length ?? 0;
        var prefix = outer is not null
            ? Qualified(outer, arguments[..inherited], variance)
            : type.Namespace;
        var name = SimpleName(type) + Arguments(arguments[inherited..], variance);
        return string.IsNullOrEmpty(prefix) ? name : $"{prefix}.{name}";
    }

    private static string Variance(Type argument)
    {
        if (!argument.IsGenericParameter)
            return "";
        return (argument.GenericParameterAttributes & GenericParameterAttributes.VarianceMask) switch
        {
            GenericParameterAttributes.Covariant => "out ",
            GenericParameterAttributes.Contravariant => "in ",
            _ => "",
        };
    }
}
