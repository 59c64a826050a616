import type { Ended, LabCluster } from "../support/lab-cluster";

interface RunAsOptions {
  /** @default "jobs" */
  readonly user?: string;
  /** @default - one that systemd chooses */
  readonly unit?: string;
  /** For the standard input. @default - nothing */
  readonly input?: string;
}

/** Runs a command on a node as a service's unit would: with its user, in a control group of systemd's. */
export async function runAs(cluster: LabCluster, node: string, command: string, options: RunAsOptions = {}): Promise<Ended> {
  const { user = "jobs", unit, input = "" } = options;
  const words = ["systemd-run", "--quiet", "--collect", "--wait", "--pipe", `--uid=${user}`];
  if (unit !== undefined) words.push(`--unit=${unit}`);
  const pipe = `printf %s '${input}' | ${words.join(" ")} --setenv=PATH=/usr/local/bin:/usr/bin:/bin /usr/bin/env ${command} 2>&1`;
  const { code, stdout } = await cluster.lab.exec(node, pipe);
  return { code, output: stdout.trimEnd() };
}
