using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Trapline.Shared;

/// <summary>Checks of our own promises, kept in Release builds: a broken one is a defect of the program, never of its input.</summary>
public static class Invariant
{
    /// <summary>Throws unless <paramref name="condition"/> holds.</summary>
    public static void Require([DoesNotReturnIf(false)] bool condition, string promise, [CallerArgumentExpression(nameof(condition))] string? expression = null)
    {
        if (!condition)
            throw new InvariantException($"{promise} ({expression})");
    }
}

/// <summary>One of the program's own promises did not hold.</summary>
public sealed class InvariantException(string message) : Exception(message);
