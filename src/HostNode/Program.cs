using Trapline.HostNode.Hosting;
using Trapline.Shared.Processes;

// A host node: runs VMs as the controller says. Usage: see NodeOptions.Usage.
return await NodeProcess.RunAsync(args, HostDefaults.Config, HostProcess.StartAsync);
