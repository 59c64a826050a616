import type { LabCluster } from "./lab-cluster";

/** One holder's time: from its command's first sign of life to its last, in seconds of the clock that all machines share. */
export interface Turn {
  readonly node: string;
  /** The fencing token. */
  readonly token: number;
  readonly first: number;
  readonly last: number;
}

/** Writes its fencing token and the time into a file, about twenty times a second. */
const COMMAND = 'while :; do echo "$MINICLUSTER_FENCING_TOKEN $(date +%s.%N)" >>"$0"; sleep 0.04; done';

/** A command that holds a lock as the service `jobs`, and tells for every moment whether it ran. */
export class LockProbe {
  readonly unit: string;
  private readonly file: string;

  constructor(
    private readonly cluster: LabCluster,
    readonly name: string,
    private readonly program: "lock" | "elect" = "lock",
  ) {
    this.unit = `probe-${name}`;
    this.file = `/var/tmp/${this.unit}`;
  }

  /** Runs it on nodes, where it waits for its turn; anew if it has run before. */
  async start(...nodes: string[]): Promise<void> {
    const command = `/usr/local/bin/minicluster-${this.program} ${this.name} -- sh -c '${COMMAND}' ${this.file}`;
    const options = `--quiet --unit=${this.unit} --uid=jobs --property=KillMode=mixed`;
    await this.each(nodes, `systemctl reset-failed ${this.unit} 2>/dev/null; systemd-run ${options} ${command}`);
  }

  /** Ends it, and forgets what it wrote. */
  async stop(...nodes: string[]): Promise<void> {
    await this.each(nodes, `systemctl stop ${this.unit}; systemctl reset-failed ${this.unit}; rm -f ${this.file}`);
  }

  /** The turns on these nodes, by token. */
  async turns(...nodes: string[]): Promise<Turn[]> {
    const texts = await this.each(nodes, `cat ${this.file}`);
    const turns = texts.flatMap((text, i) => turnsIn(text, nodes[i] as string));
    return turns.sort((a, b) => a.token - b.token);
  }

  /** Waits for the turn that comes after a token. @returns it, as it has begun */
  async turnAfter(token: number, within: number, ...nodes: string[]): Promise<Turn> {
    for (const end = performance.now() + within * 1000; performance.now() < end; ) {
      const found = (await this.turns(...nodes)).find((turn) => turn.token > token);
      if (found !== undefined) return found;
    }
    throw new Error(`${this.name}: no turn after ${token} within ${within} s`);
  }

  /** How the program has ended on a node: its exit code or signal, and what it said last. */
  async ending(node: string): Promise<{ status: string; said: string }> {
    await this.cluster.exec(node, `while systemctl is-active --quiet ${this.unit}; do sleep 0.1; done`);
    const [status = "", said = ""] = await Promise.all([
      this.cluster.exec(node, `systemctl show --value --property=ExecMainStatus ${this.unit}`),
      this.cluster.exec(node, `journalctl --quiet --output=cat --identifier=minicluster-${this.program} --unit=${this.unit} --lines=1`),
    ]);
    return { status, said };
  }

  private each(nodes: readonly string[], command: string): Promise<string[]> {
    return Promise.all(nodes.map(async (node) => (await this.cluster.lab.exec(node, command)).stdout));
  }
}

function turnsIn(text: string, node: string): Turn[] {
  const times = new Map<number, number[]>();
  for (const line of text.split("\n").filter((each) => /^\d+ \d+\.\d{9}$/.test(each))) {
    const [token = 0, time = 0] = line.split(" ").map(Number);
    times.set(token, [...(times.get(token) ?? []), time]);
  }
  return [...times].map(([token, seen]) => ({ node, token, first: Math.min(...seen), last: Math.max(...seen) }));
}

/** Turns by token: each one ends before the next begins. */
export function expectOneAtATime(turns: readonly Turn[]): void {
  for (const [i, turn] of turns.slice(1).entries()) {
    const before = turns[i] as Turn;
    expect(turn.token).toBeGreaterThan(before.token);
    expect(turn.first, `${turn.node} began while ${before.node} ran`).toBeGreaterThan(before.last);
  }
}

/** Cuts a machine from the network without a word, as a broken switch does. @returns what heals it */
export async function cutOff(cluster: LabCluster, node: string): Promise<() => Promise<string>> {
  const chain = (hook: string) => `nft add chain inet cut ${hook} "{ type filter hook ${hook} priority 0; policy drop; }"`;
  const loopback = (hook: string, name: string) => `nft add rule inet cut ${hook} ${name} lo accept`;
  await cluster.exec(
    node,
    `nft add table inet cut; ${chain("input")}; ${loopback("input", "iifname")}; ${chain("output")}; ${loopback("output", "oifname")}`,
  );
  return () => cluster.exec(node, "nft delete table inet cut");
}
