using Trapline.Hypervisor.Devices.Syscon;

namespace Trapline.Hypervisor.Tests.Devices;

public sealed class SysconTests
{
    [Theory]
    [InlineData(0x5555u, 4, "PowerOff 0")]
    [InlineData(0x0005_5555u, 4, "PowerOff 0")]
    [InlineData(0x5555u, 2, "PowerOff 0")]
    [InlineData(0x002a_3333u, 4, "Fail 42")]
    [InlineData(0x7777u, 4, "Reset 0")]
    [InlineData(0x1234u, 4, "")]
    [InlineData(0x5555u, 1, "")]
    [InlineData(0x5555u, 8, "")]
    public void A_value_becomes_a_request(uint value, int size, string expected)
    {
        var control = new Control();
        var device = new SysconDevice(control);
        device.Write(0, size, value);
        Assert.Equal(expected, string.Join(";", control.Requests));
        device.Write(4, 4, value);
        Assert.Equal(expected, string.Join(";", control.Requests));
        Assert.Equal(0u, device.Read(0, 4));
    }

    private sealed class Control : ISystemControl
    {
        public List<string> Requests { get; } = [];

        public void Request(SystemRequest request, ushort code) => Requests.Add($"{request} {code}");
    }
}
