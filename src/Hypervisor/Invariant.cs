using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Trapline.Hypervisor;

/// <summary>Checks of our own reasoning, kept in Release: a failure is a defect of Trapline, never of a guest or of the world.</summary>
public static class Invariant
{
    /// <summary>Throws <see cref="InvariantViolatedException"/> unless <paramref name="holds"/>.</summary>
    /// <param name="holds">What must be true.</param>
    /// <param name="statement">The invariant in words.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Require([DoesNotReturnIf(false)] bool holds, string statement)
    {
        if (!holds)
            Fail(statement);
    }

    [DoesNotReturn]
    private static void Fail(string statement) => throw new InvariantViolatedException(statement);
}

/// <summary>A defect of Trapline itself.</summary>
public sealed class InvariantViolatedException(string statement) : Exception($"invariant violated: {statement}");
