import { resolve } from "node:path";
import { Command } from "commander";
import { loadModel } from "../edge/load";
import { runForUser } from "../edge/user-error";
import { labUnavailable } from "../setup/lab-prerequisites";
import { bootDescribedCluster } from "./described-cluster";
import { LabError } from "./error";
import { Lab } from "./lab";
import { ownConfiguration } from "./own-configuration";
import { labNames } from "./state";

interface NameOption {
  readonly name: string;
}

const program = new Command("lab")
  .description("Real Debian 13 machines on this one, for trying and testing: systemd-nspawn on a bridge.")
  .enablePositionalOptions();

/** A subcommand; all of them know which lab is meant. */
function command(name: string, description: string): Command {
  return program.command(name).description(description).option("--name <name>", "which lab", "minicluster");
}

function openLab(name: string): Lab {
  const lab = Lab.open(name, console.log);
  if (!lab) throw new LabError(`there is no lab "${name}"; make it: lab up`);
  return lab;
}

command("up", "make the machines, or start those that are missing")
  .argument("[count]", "how many machines, where no --config describes them (default: 4)")
  .option("--config <dir>", "a folder with an inventory.yml: its nodes are the machines")
  .action(async (count: string | undefined, options: NameOption & { config?: string }) => {
    const started = performance.now();
    const config = options.config === undefined ? await ownConfiguration(options.name, count) : resolve(options.config);
    const running = isUp(config, Lab.open(options.name));
    const lab = await bootDescribedCluster(config, options.name, console.log);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(running ? `lab "${lab.name}" is up already` : `lab "${lab.name}" is up: ${lab.nodes.length} machines (${seconds} s)`);
    console.log(`described in ${config}; MINICLUSTER_CONFIG=${config} npx cdktf deploy delivers it`);
  });

command("down", "remove the machines, their network and everything else that up made").action(async ({ name }: NameOption) => {
  console.log((await Lab.down(name)) ? `lab "${name}" is gone` : `there is no lab "${name}"`);
});

command("kill", "cut a machine's power")
  .argument("<machine>", "name or number")
  .action(async (machine: string, options: NameOption) => {
    const lab = openLab(options.name);
    const { name } = lab.node(machine);
    await lab.kill(name);
    console.log(`${name} is off`);
  });

command("start", "switch a machine on, from its disk as it is")
  .argument("<machine>", "name or number")
  .action(async (machine: string, options: NameOption) => {
    const lab = openLab(options.name);
    const { name } = lab.node(machine);
    await lab.start(name);
    console.log(`${name} is up`);
  });

command("reinstall", "put a new machine in the place of one: empty disk, first boot, other host keys")
  .argument("<machine>", "name or number")
  .action(async (machine: string, options: NameOption) => {
    const lab = openLab(options.name);
    const { name } = lab.node(machine);
    await lab.reinstall(name);
    console.log(`${name} is up, with an empty disk`);
  });

command("ssh", "log in to a machine")
  .argument("<machine>", "name or number")
  .argument("[command...]", "a command instead of a shell")
  .passThroughOptions()
  .action((machine: string, words: string[], options: NameOption) => {
    const lab = openLab(options.name);
    process.exitCode = lab.sshInteractive(lab.node(machine).name, words);
  });

command("status", "list the machines, or the labs where there is none of this name")
  .alias("list")
  .action(({ name }: NameOption) => {
    const lab = Lab.open(name);
    if (!lab) {
      const others = labNames();
      console.log(`there is no lab "${name}"${others.length > 0 ? `; there are ${others.join(", ")}` : ""}`);
      return;
    }
    lab.nodes.forEach((node, index) => {
      const power = lab.isRunning(node.name) ? "up " : "off";
      console.log(`${index + 1}  ${node.name.padEnd(16)} ${power}  ${node.addresses.join(" ")}`);
    });
  });

function isUp(config: string, lab: Lab | undefined): boolean {
  return lab !== undefined && loadModel(config).model.nodes.every(({ name }) => lab.has(name) && lab.isRunning(name));
}

async function main(): Promise<void> {
  const reason = labUnavailable();
  if (reason) throw new LabError(`machines cannot be made here: ${reason}`);
  await program.parseAsync();
}

runForUser(main);
