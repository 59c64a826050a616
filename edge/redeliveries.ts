import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { COMPLETIONS, RECORD_REDELIVERY } from "../constructs/node/vault-layout";
import type { StateResource } from "./state";
import { UserError } from "./user-error";

/** node, or the record -> how often it was asked to be delivered anew: triggers of its resources. */
export type Redeliveries = Readonly<Record<string, number>>;

/** @throws UserError if the file is not what `requestRedelivery` writes */
export function readRedeliveries(privateDir: string): Redeliveries {
  const path = join(privateDir, "redeliver.json");
  if (!isFile(path)) return {};
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    throw new UserError(`${path}: not JSON; remove it, and run minicluster redeliver for the nodes that need it`);
  }
}

/** Asks for something to be delivered anew by the next deploy. @returns how often it was asked for */
export function requestRedelivery(privateDir: string, name: string): number {
  const redeliveries = readRedeliveries(privateDir);
  const count = (redeliveries[name] ?? 0) + 1;
  replaceFile(join(privateDir, "redeliver.json"), `${JSON.stringify({ ...redeliveries, [name]: count }, null, 2)}\n`);
  return count;
}

/** A delivery that the state takes for done, and that never noted its end. */
export interface InterruptedDelivery {
  /** Of its resource. */
  readonly resource: string;
  readonly id: string;
  /** What to deliver anew. */
  readonly name: string;
}

/** Deliveries during which the last deploy was killed. @see constructs/node/completion.ts */
export function interruptedDeliveries(privateDir: string, state: readonly StateResource[]): InterruptedDelivery[] {
  return state.flatMap(({ type, name: resource, id }) => {
    const node = /^(.+)_(?:prepare|credentials|activation)$/.exec(resource)?.[1];
    const name = resource === "record" ? RECORD_REDELIVERY : node;
    if (type !== "null_resource" || name === undefined || id === undefined) return [];
    const note = join(privateDir, COMPLETIONS, resource);
    return isFile(note) && readFileSync(note, "utf8") === id ? [] : [{ resource, id, name }];
  });
}

/**
 * Has what was interrupted delivered anew by the next deploy, and remembers that it has: asking twice changes nothing.
 * @returns names of what is delivered anew
 */
export function resumeInterrupted(privateDir: string, interrupted: readonly InterruptedDelivery[]): string[] {
  const names = [...new Set(interrupted.map(({ name }) => name))];
  for (const name of names) requestRedelivery(privateDir, name);
  mkdirSync(join(privateDir, COMPLETIONS), { recursive: true, mode: 0o700 });
  for (const { resource, id } of interrupted) replaceFile(join(privateDir, COMPLETIONS, resource), id);
  return names;
}

function replaceFile(path: string, content: string): void {
  mkdirSync(join(path, ".."), { recursive: true, mode: 0o700 });
  writeFileSync(`${path}.part`, content, { mode: 0o600 });
  renameSync(`${path}.part`, path);
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
