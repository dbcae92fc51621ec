using System.Text.Json;

namespace Trapline.Hypervisor.Tests.Devices;

/// <summary>State records are plain data: they survive being written and read, and compare by content.</summary>
internal static class Records
{
    public static T RoundTrip<T>(T state) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(state))!;

    public static void AssertSame<T>(T expected, T actual) =>
        Assert.Equal(JsonSerializer.Serialize(expected), JsonSerializer.Serialize(actual));
}
