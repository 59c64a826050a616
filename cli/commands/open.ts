import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ClusterModel, NodeModel } from "../../constructs/config";
import { serviceName } from "../../constructs/services/names";
import { configDirectory, load } from "../../edge/load";
import { UserError } from "../../edge/user-error";
import { type Page, pageOfService } from "../page-of-service";
import { startPageProxy } from "../page-proxy";
import type { GlobalOptions } from "../program";
import { explainFailure } from "../remote";
import { sshCommand, sshTarget } from "../ssh";
import { requireTrust } from "../trusted";

const PATIENCE_SECONDS = 10;

/** `minicluster open`: a service's page for the browser of this machine, through SSH, with the operator's certificate. */
export async function open(service: string, options: GlobalOptions & { port?: string }): Promise<void> {
  const { model, placement } = load(configDirectory(options.config));
  const page = pageOfService(model, service);
  const port = portOf(options.port);
  const certificates = operatorCertificates(model);
  const hosts = model.nodes.filter((node) => !node.skip && placement.hosts[service]?.includes(node.name));
  const folder = mkdtempSync(join(tmpdir(), "minicluster-open-"));
  try {
    const tunnel = await firstTunnel(model, hosts, page, join(folder, "socket"));
    const props = { socket: tunnel.socket, scheme: page.scheme, serverName: serviceName(model, service), ...certificates };
    const proxy = await startPageProxy({ ...props, ...(port === undefined ? {} : { port }) }).catch((error: Error) => {
      tunnel.end();
      throw new UserError(`port ${port} of this machine cannot be used: ${error.message}`);
    });
    console.log(`${service} on ${tunnel.node}: ${proxy.url}`);
    console.error("for this machine alone, until you press ^C");
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, tunnel.end);
    await tunnel.ended;
    proxy.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface OpenTunnel {
  readonly node: string;
  readonly socket: string;
  readonly ended: Promise<void>;
  end(): void;
}

/** Through the first of the hosts that lets us in. */
async function firstTunnel(model: ClusterModel, hosts: readonly NodeModel[], page: Page, socket: string): Promise<OpenTunnel> {
  const failures: string[] = [];
  for (const node of hosts) {
    const tunnel = await openTunnel(model, node, page, socket);
    if (typeof tunnel !== "string") return tunnel;
    failures.push(`${node.name}: ${tunnel}`);
  }
  throw new UserError(failures.length === 0 ? "no node that is not skipped runs it" : failures.join("\n"));
}

/** @returns why not, in one line, where it does not work */
async function openTunnel(model: ClusterModel, node: NodeModel, page: Page, socket: string): Promise<OpenTunnel | string> {
  const target = sshTarget(model, node);
  requireTrust(target);
  const [program = "", ...args] = sshCommand(target, [], { tunnel: { socket, address: node.addresses[0], port: page.port } });
  // A group of its own: ^C is ours to answer.
  const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], detached: true });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  let status: number | undefined;
  const ended = new Promise<void>((resolve) => {
    child.on("error", (error) => {
      said += error.message;
      status = 127;
      resolve();
    });
    child.on("close", (code) => {
      status = code ?? 128;
      resolve();
    });
  });
  for (let waited = 0; waited < PATIENCE_SECONDS * 10 && status === undefined; waited++) {
    if (existsSync(socket)) return { node: node.name, socket, ended, end: () => void child.kill() };
    await sleep(100);
  }
  child.kill();
  return explainFailure(target, status ?? 124, said);
}

function operatorCertificates(model: ClusterModel): { ca: string; cert: string; key: string } {
  const read = (path: string): string => {
    const file = join(model.privateDir, path);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UserError(`${file} is missing; npx cdktf deploy writes it`);
    return readFileSync(file, "utf8");
  };
  return { ca: read("ca.pem"), cert: read("operator/cert.pem"), key: read("operator/private_key.pem") };
}

function portOf(text?: string): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65535) throw new UserError(`"${text}" is no port; use a number from 1 to 65535`);
  return port;
}
