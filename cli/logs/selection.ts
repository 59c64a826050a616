import type { ClusterModel, NodeModel, ServiceModel } from "../../constructs/config";
import { hint } from "../../constructs/config/nearest";
import type { Placement } from "../../constructs/scheduler";
import { COLLECTOR, filedUnder, SYSTEM, unitsOf } from "../../constructs/services/log-files";
import { UserError } from "../../edge/user-error";
import type { LogRecord } from "./record";

/** Which files hold the lines of a service, and which of their lines are its own. */
export interface Selection {
  /** Names of files, without their suffix. */
  readonly files: readonly string[];
  has(record: LogRecord): boolean;
}

/** @throws UserError in one line that names the service which was most likely meant */
export function selectService(model: ClusterModel, name: string): Selection {
  if (name === SYSTEM) return { files: [SYSTEM], has: () => true };
  const service = model.services.find((each) => each.name === name);
  if (service === undefined) {
    const known = [...model.services.map((each) => each.name), SYSTEM];
    throw new UserError(`no service is named ${name}${hint(name, known)}`);
  }
  return { files: filedUnder(model, service), has: (record) => record.service === name || isOf(service, record.unit) };
}

/** `web@` stands for every instance of `web@.service`. */
function isOf(service: ServiceModel, unit: string): boolean {
  return unitsOf(service).includes(unit.replace(/@.*$/, "@"));
}

/** @throws UserError if there is none, or it is known to be down */
export function collectorNode(model: ClusterModel, placement: Placement): NodeModel {
  const node = model.nodes.find((each) => placement.hosts[COLLECTOR]?.includes(each.name));
  if (node === undefined) throw new UserError("no log collector is placed; npx minicluster place");
  if (node.skip) throw new UserError(`the log collector is on ${node.name}, which is skipped (skip: true in inventory.yml)`);
  return node;
}
