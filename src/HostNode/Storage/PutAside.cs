using System.Security.Cryptography;

namespace Trapline.HostNode.Storage;

/// <summary>
/// Folders whose name is given to something new. Ids are not used twice, so what has the name already is of a journal that was lost: it gets another
/// name, under which the next look through the data root finds it and has it kept.
/// </summary>
internal static class PutAside
{
    /// <summary>Renames the folder, if there is one.</summary>
    public static void IfThere(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Move(folder, $"{folder}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
    }
}
