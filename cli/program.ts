import { Argument, Command, Option } from "commander";
import { version } from "../package.json";

/** What every command is told besides its own options. */
export interface GlobalOptions {
  readonly config?: string;
}

/**
 * The command line. An action loads its command only when it is called (by require, which tsx/cjs serves; import() goes
 * past it): help and mistakes must not wait for the rest.
 * Throws CommanderError instead of ending the process.
 */
export function createProgram(): Command {
  const program = new Command("minicluster")
    .description("Looks after a described cluster: everything but deploying, which cdktf deploy does.")
    .version(version)
    .option("--config <dir>", "folder with inventory.yml and services.yml (default: MINICLUSTER_CONFIG, else cluster/ beside main.ts)")
    .enablePositionalOptions()
    .configureOutput({ outputError: () => {} })
    .exitOverride();
  addLooking(program);
  addActing(program);
  // Wherever a person writes it: before the command, or after.
  for (const command of program.commands) command.addOption(new Option("--config <dir>").hideHelp());
  return program;
}

export function commandNames(): string[] {
  return createProgram().commands.map((command) => command.name());
}

/** diff(1) keeps 1 for differences. */
export function exitCodeOfTrouble(args: readonly string[]): number {
  const command = args.find((arg, index) => !arg.startsWith("-") && args[index - 1] !== "--config");
  return command === "diff" ? 2 : 1;
}

/** What only looks. */
function addLooking(program: Command): void {
  program
    .command("status")
    .summary("how the nodes are")
    .description("Asks every node at once: units, generation, drift, etcd, certificates. Exits 0 when all is well, else 1.")
    .argument("[node...]", "only these")
    .option("--json", "for programs")
    .action(async (nodes, _, command) =>
      (require("./commands/status") as typeof import("./commands/status")).status(nodes, command.optsWithGlobals()),
    );
  program
    .command("doctor")
    .summary("what is wrong, and what helps")
    .description("Looks for trouble on all nodes, changes nothing. Exits 0 when it finds none, else 1.")
    .option("--json", "for programs")
    .action(async (_, command) => (require("./commands/doctor") as typeof import("./commands/doctor")).doctor(command.optsWithGlobals()));
  program
    .command("logs")
    .summary("what a service says, on all its nodes, in the order of time")
    .description("Reads what the log collector has, over one connection to its node. Times are UTC.")
    .argument("<service>", 'a service, or "system" for everything that is none')
    .option("-f, --follow", "go on with lines as they arrive, until ^C")
    .option("--since <time>", "from then on: 15m, 1h, 2d ago, or 2026-11-24T18:30:00Z", "1h")
    .option("--until <time>", "up to then")
    .option("--node <node...>", "only what these say")
    .option("--grep <re>", "only messages that match this regular expression")
    .option("--json", "one JSON object per line, for programs")
    .action(async (service, _, command) =>
      (require("./commands/logs") as typeof import("./commands/logs")).logs(service, command.optsWithGlobals()),
    );
  program
    .command("place")
    .summary("which service runs where, why, and what the next deploy moves")
    .option("--json", "for programs")
    .action(async (_, command) =>
      (require("./commands/place") as typeof import("./commands/place")).showPlacement(command.optsWithGlobals()),
    );
  program
    .command("firewall")
    .summary("which port of which node is open, from where")
    .description("Prints what the next deploy opens; what is not in it is closed. Asks no node.")
    .option("--json", "for programs")
    .action(async (_, command) =>
      (require("./commands/firewall") as typeof import("./commands/firewall")).showFirewall(command.optsWithGlobals()),
    );
  program
    .command("render")
    .summary("what a node should hold")
    .description("Lists what a node should hold. Needs neither the node nor a vault; shows no secret.")
    .argument("<node>")
    .addOption(new Option("--out <dir>", "write the files below this folder").conflicts("cloudConfig"))
    .option("--cloud-config", "print the cloud-config for its first boot")
    .action(async (node, _, command) =>
      (require("./commands/render") as typeof import("./commands/render")).render(node, command.optsWithGlobals()),
    );
  program
    .command("diff")
    .summary("line by line, what the next deploy changes on the nodes")
    .description("Compares what nodes hold with what would be delivered. Exits 0 without a difference, 1 with one, 2 on trouble.")
    .argument("[node...]", "only these")
    .action(async (nodes, _, command) =>
      (require("./commands/diff") as typeof import("./commands/diff")).diff(nodes, command.optsWithGlobals()),
    );
  program
    .command("schema")
    .summary("JSON Schema of the two YAML files, for editors")
    .addArgument(new Argument("[file]", "which of them").choices(["inventory", "services"]).default("services"))
    .action(async (file) => (require("./commands/schema") as typeof import("./commands/schema")).schema(file));
}

/** What changes something, here or on a node. */
function addActing(program: Command): void {
  program
    .command("trust")
    .summary("accept a machine's host keys, after comparing them")
    .argument("<node...>")
    .option("--fingerprint <fp>", "the fingerprint of one of its keys, e.g. SHA256:..., for scripts")
    .option("--replace", "the machine was reinstalled: its keys may differ from the known ones")
    .action(async (nodes, _, command) =>
      (require("./commands/trust") as typeof import("./commands/trust")).trust(nodes, command.optsWithGlobals()),
    );
  program
    .command("ssh")
    .summary("log in to a node, or run a command there")
    .usage("[options] <node> [command...]")
    .argument("<node>")
    .argument("[command...]", "words for the node's shell, as with ssh itself")
    .passThroughOptions()
    .action(async (node, words, _, command) =>
      (require("./commands/ssh") as typeof import("./commands/ssh")).ssh(node, words, command.optsWithGlobals()),
    );
  program
    .command("open")
    .summary("show a service's page to the browser of this machine")
    .description("Leads a port of this machine to a service, through SSH and with the operator's certificate, until ^C.")
    .argument("<service>", "one with a public or monitoring endpoint")
    .option("--port <port>", "on 127.0.0.1 (default: a free one)")
    .action(async (service, _, command) =>
      (require("./commands/open") as typeof import("./commands/open")).open(service, command.optsWithGlobals()),
    );
  program
    .command("redeliver")
    .summary("have the next deploy deliver everything to a node anew")
    .argument("<node>")
    .action(async (node, _, command) =>
      (require("./commands/redeliver") as typeof import("./commands/redeliver")).redeliver(node, command.optsWithGlobals()),
    );
  program
    .command("rollback")
    .summary("take a node back to its previous generation, now")
    .argument("<node>")
    .option("--dry-run", "only say what would be done")
    .action(async (node, _, command) =>
      (require("./commands/rollback") as typeof import("./commands/rollback")).rollback(node, command.optsWithGlobals()),
    );
}
