using Trapline.Hypervisor.Isa.Meanings;

namespace Trapline.Hypervisor.Isa;

/// <summary>Builds rows; one method for each shape of meaning, so that the tables read as tables.</summary>
internal static class Rows
{
    public static InstructionRow Register<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.Register, extension, MeaningKind.Plain, v => v.Plain<FromRegisters<T>>());

    public static InstructionRow RegisterWord<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.Register, extension, MeaningKind.Plain, v => v.Plain<WordFromRegisters<T>>());

    public static InstructionRow Immediate<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.Immediate, extension, MeaningKind.Plain, v => v.Plain<FromImmediate<T>>());

    public static InstructionRow ImmediateWord<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.Immediate, extension, MeaningKind.Plain, v => v.Plain<WordFromImmediate<T>>());

    public static InstructionRow Shift<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.Shift, extension, MeaningKind.Plain, v => v.Plain<FromImmediate<T>>());

    public static InstructionRow ShiftWord<T>(string pattern, string name, Extension extension) where T : struct, IBinaryOperation
        => new(pattern, name, Format.ShiftWord, extension, MeaningKind.Plain, v => v.Plain<WordFromImmediate<T>>());

    public static InstructionRow Unary<T>(string pattern, string name, Extension extension) where T : struct, IUnaryOperation
        => new(pattern, name, Format.Unary, extension, MeaningKind.Plain, v => v.Plain<FromUnary<T>>());

    public static InstructionRow Plain<T>(string pattern, string name, Format format, Extension extension) where T : struct, IPlainMeaning
        => new(pattern, name, format, extension, MeaningKind.Plain, v => v.Plain<T>());

    public static InstructionRow Memory<T>(string pattern, string name, Format format, Extension extension) where T : struct, IMemoryMeaning
        => new(pattern, name, format, extension, MeaningKind.Memory, v => v.Memory<T>());

    public static InstructionRow Branch<T>(string pattern, string name) where T : struct, IBranchMeaning
        => new(pattern, name, Format.Branch, Extension.I, MeaningKind.Branch, v => v.Branch<T>());

    public static InstructionRow Jump<T>(string pattern, string name, Format format) where T : struct, IJumpMeaning
        => new(pattern, name, format, Extension.I, MeaningKind.Jump, v => v.Jump<T>());

    public static InstructionRow System<T>(string pattern, string name, Format format, Extension extension) where T : struct, ISystemMeaning
        => new(pattern, name, format, extension, MeaningKind.System, v => v.System<T>());

    public static InstructionRow Float<T>(string pattern, string name, Format format, Extension extension) where T : struct, IFloatMeaning
        => new(pattern, name, format, extension, MeaningKind.Float, v => v.Float<T>());
}
