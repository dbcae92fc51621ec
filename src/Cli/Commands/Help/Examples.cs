namespace Trapline.Cli.Commands.Help;

/// <summary>Examples for the help of each command. A test parses every one of them.</summary>
internal static class Examples
{
    private static readonly Dictionary<string, string[]> All = new(StringComparer.Ordinal)
    {
        [""] = ["trapline demo", "trapline up --detach", "trapline run --image minios --count 3 --wait", "trapline down"],
        ["demo"] = ["trapline demo", "trapline demo --output json"],
        ["up"] = ["trapline up", "trapline up --nodes 5 --controllers 3 --detach", "trapline up --data /srv/trapline --base-port 7000 --config my.conf --set trapline.host.drain-time=5s"],
        ["down"] = ["trapline down", "trapline down --data /srv/trapline"],
        ["status"] = ["trapline status", "trapline status --output json"],
        ["run"] =
        [
            "trapline run --image minios --name web --count 2 --group web --affinity apart --wait",
            "trapline run --image journal --type highmem.small --restart on-failure",
            "trapline run --from-snapshot warm --count 10 --wait --timeout 30",
        ],
        ["ls"] = ["trapline ls", "trapline ls --output json"],
        ["describe"] = ["trapline describe web-1"],
        ["why"] = ["trapline why web-1"],
        ["top"] = ["trapline top", "trapline top --sort memory --interval 5", "trapline top --once --output json"],
        ["console"] = ["trapline console web-1", "trapline console web-1 --follow", "trapline console web-1 --interactive"],
        ["exits"] = ["trapline exits web-1", "trapline exits web-1 --interval 10 --output json"],
        ["gdb"] = ["trapline gdb web-1", "trapline gdb web-1 --port 1234"],
        ["start"] = ["trapline start web-1 web-2"],
        ["stop"] = ["trapline stop web-1 web-2"],
        ["reboot"] = ["trapline reboot web-1"],
        ["terminate"] = ["trapline terminate web-1 web-2"],
        ["migrate"] = ["trapline migrate web-1", "trapline migrate web-1 --to node2", "trapline migrate web-1 --cancel"],
        ["snapshot"] = ["trapline snapshot create web-1 --name warm", "trapline run --from-snapshot warm --count 10"],
        ["snapshot create"] = ["trapline snapshot create web-1", "trapline snapshot create web-1 --name warm"],
        ["snapshot ls"] = ["trapline snapshot ls"],
        ["snapshot rm"] = ["trapline snapshot rm warm"],
        ["volume"] = ["trapline volume ls"],
        ["volume ls"] = ["trapline volume ls --output json"],
        ["volume rm"] = ["trapline volume rm vm-7", "trapline volume rm vm-7/disk0 --yes"],
        ["node"] = ["trapline node drain node2", "trapline node ls"],
        ["node ls"] = ["trapline node ls"],
        ["node add"] = ["trapline node add --count 2"],
        ["node cordon"] = ["trapline node cordon node2"],
        ["node uncordon"] = ["trapline node uncordon node2"],
        ["node drain"] = ["trapline node drain node2"],
        ["node rm"] = ["trapline node rm node2"],
        ["image"] = ["trapline image ls", "trapline image add vmlinux --name mine --initrd initrd.cpio.gz --append \"console=ttyS0\""],
        ["image ls"] = ["trapline image ls"],
        ["image add"] =
        [
            "trapline image add vmlinux --name mine --initrd initrd.cpio.gz --append \"console=ttyS0\"",
            "trapline image add fw_payload.elf --name board --kind firmware --disk-size 64M",
        ],
        ["image rm"] = ["trapline image rm mine"],
        ["type"] = ["trapline type ls"],
        ["type ls"] = ["trapline type ls"],
        ["events"] = ["trapline events", "trapline events --follow --output json"],
        ["fault"] = ["trapline fault node-kill node1", "trapline fault partition 'node1 | controller1'"],
        ["fault node-kill"] = ["trapline fault node-kill node1"],
        ["fault node-pause"] = ["trapline fault node-pause node1"],
        ["fault node-resume"] = ["trapline fault node-resume node1"],
        ["fault guest-panic"] = ["trapline fault guest-panic web-1"],
        ["fault guest-hang"] = ["trapline fault guest-hang web-1"],
        ["fault vm-actor-fail"] = ["trapline fault vm-actor-fail web-1"],
        ["fault partition"] = ["trapline fault partition 'node1,node2 | controller1'", "trapline fault partition node1", "trapline fault partition 'node1 | controller1' --one-way"],
        ["fault heal"] = ["trapline fault heal"],
        ["fault show"] = ["trapline fault show"],
        ["vm"] = ["trapline vm run --kernel guests/images/minios.elf"],
        ["vm run"] =
        [
            "trapline vm run --kernel guests/images/minios.elf",
            "trapline vm run --kernel vmlinux --initrd initrd.cpio.gz --append \"console=ttyS0\" --memory 1G --harts 2 --disk root.img,overlay=root.overlay",
            "trapline vm run --kernel guests/images/minios.elf --snapshot-to saved --snapshot-after 5",
        ],
        ["completion"] = ["source <(trapline completion bash)", "trapline completion zsh", "trapline completion fish"],
    };

    /// <summary>The examples of a command, by its path; empty if there are none.</summary>
    public static string[] Of(string path) => All.GetValueOrDefault(path) ?? [];
}
