using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Trapline.TestSupport;

namespace Trapline.Hypervisor.Tests.Isa;

/// <summary>The GNU disassembler as an oracle.</summary>
internal static partial class GnuDisassembler
{
    /// <summary>Disassembles a run of code that starts at address 0; the text by address.</summary>
    public static Dictionary<ulong, string> Disassemble(byte[] bytes)
    {
        string objdump = ExternalTool.Require("riscv64-linux-gnu-objdump", "binutils-riscv64-linux-gnu");
        string assembler = ExternalTool.Require("riscv64-linux-gnu-as", "binutils-riscv64-linux-gnu");
        string objcopy = ExternalTool.Require("riscv64-linux-gnu-objcopy", "binutils-riscv64-linux-gnu");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("trapline-objdump");
        try
        {
            string code = Path.Combine(folder.FullName, "code");
            string source = Path.Combine(folder.FullName, "empty.s");
            string template = Path.Combine(folder.FullName, "empty.o");
            string file = Path.Combine(folder.FullName, "code.o");
            File.WriteAllBytes(code, bytes);
            // The extensions that objdump knows come from the attributes of an object file.
            File.WriteAllText(source, ".text\nnop\n");
            Run(assembler, "-march=rv64gc_zba_zbb_zbs_zicsr_zifencei", source, "-o", template);
            Run(objcopy, "--update-section", $".text={code}", template, file);
            return Parse(Run(objdump, "-d", "-z", "-M", "no-aliases", file));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private static Dictionary<ulong, string> Parse(string listing)
    {
        var result = new Dictionary<ulong, string>();
        foreach (string line in listing.Split('\n'))
        {
            Match match = Line().Match(line);
            if (match.Success)
                result[ulong.Parse(match.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)] = match.Groups[2].Value;
        }
        return result;
    }

    // "   4:\t00c58533          \tadd\ta0,a1,a2 # comment"
    [GeneratedRegex(@"^\s*([0-9a-f]+):\t[0-9a-f ]+\t([^#<]*?)\s*(?:[#<].*)?$", RegexOptions.None, 1000)]
    private static partial Regex Line();
}
