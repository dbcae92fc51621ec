using System.Security.Cryptography;
using Akka.Actor;

namespace Akka.Remote;

/// <summary>A number that tells incarnations of a system apart which have run at the same address.</summary>
public class AddressUid : IExtension
{
    /// <summary>The number of this incarnation.</summary>
    public readonly int Uid = RandomNumberGenerator.GetInt32(1, int.MaxValue);
}
