using Akka.Configuration;
using Trapline.Controller.Hosting;
using Trapline.Shared.Processes;

// A controller node: decides where VMs run, and keeps hosts' leases. Usage: see NodeOptions.Usage.
return await NodeProcess.RunAsync(args, ControllerDefaults.Config, ControllerProcess.StartAsync, ControllerDefaults.For);
