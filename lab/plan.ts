import { LabError } from "./error";
import type { Preinstalled } from "./image";
import { bridgeName, type LabSsh, type LabState, type MachineState, readState } from "./state";
import { covers, subnetsOf } from "./subnet";

export interface MachineSpec {
  readonly name: string;
  /** IPv4 in one /24, IPv6 in one /64; the first is where SSH goes. */
  readonly addresses: readonly string[];
  /** The cloud-config of its first boot. */
  readonly userData: string;
}

export interface LabProps {
  /** Labs with different names and networks live side by side. @default "minicluster" */
  readonly name?: string;
  readonly machines: readonly MachineSpec[];
  readonly ssh: LabSsh;
  /** Of the lab's first machines and all that come later. @default nothing */
  readonly preinstalled?: Preinstalled;
  /** Told about progress, a line at a time. @default nothing is said */
  readonly log?: (line: string) => void;
}

/**
 * What the lab in `folder` shall be: what it is already, and the machines that are new. Errors: a machine that is there
 * with other addresses; addresses outside the lab's networks, or that two machines want.
 */
export function plan(name: string, folder: string, props: LabProps): LabState {
  const bridge = bridgeName(folder);
  const before = readState(folder);
  const known = new Map(before?.machines.map((machine) => [machine.name, machine]));
  const subnets = before?.subnets ?? subnetsOf(props.machines);
  let last = Math.max(0, ...[...known.values()].map((machine) => Number(machine.id.split("-").at(-1))));
  for (const { name: node, addresses } of props.machines) {
    const machine = known.get(node);
    if (machine && machine.addresses.join() !== addresses.join()) {
      throw new LabError(
        `${node} has the addresses ${machine.addresses.join(", ")} in the lab "${name}", not ${addresses.join(", ")}; take the lab down first`,
      );
    }
    if (!covers(subnets, { name: node, addresses })) {
      throw new LabError(`${node}: ${addresses.join(", ")} is outside the networks of the lab "${name}"; take the lab down first`);
    }
    if (!machine) known.set(node, { name: node, addresses, id: `${bridge}-${++last}` });
  }
  // Also refuses addresses that two of them want.
  subnetsOf([...known.values()]);
  const wanted = new Set(props.machines.map((machine) => machine.name));
  const machines = [
    ...props.machines.map((machine) => known.get(machine.name) as MachineState),
    ...[...known.values()].filter((machine) => !wanted.has(machine.name)),
  ];
  return { name, bridge, subnets, image: before?.image ?? "", ssh: props.ssh, machines };
}
