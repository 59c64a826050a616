import type { DiskEntry, Inspection, UnitProperties } from "../../cli/inspection";
import { parseManifest } from "../../cli/manifest";
import { credentialFiles, manifest, sha256 } from "../../constructs/payload/manifest";
import type { Payload } from "../../constructs/payload/payload";
import { type DescribedCluster, describedCluster } from "../support/described-cluster";

const INVENTORY = `
domain: infra.example.com
domain_public: example.com
private_dir: private
ssh: { private_key_file: id }
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  worker-1: { addresses: [10.0.0.9], groups: [work] }
  worker-2: { addresses: [10.0.0.10], skip: true }
`;

/** Three nodes; `web` on worker-1, where its port says which version of the description it is. */
export function cluster(port = 8080): DescribedCluster {
  return describedCluster({
    inventory: INVENTORY,
    services: `web: { scheduling_group: work, ports: [${port}], environment: { PORT: "${port}" }, systemd_services: [web.service] }`,
  });
}

export const ACTIVATED = new Date("2026-01-01T12:00:00Z");

/** A node that holds a payload and on which everything runs. */
export function inspectionOf(payload: Payload, changes: Partial<Inspection> = {}): Inspection {
  const text = manifest(payload);
  const disk = new Map<string, DiskEntry>();
  for (const [path, { content, mode, owner, group }] of Object.entries(payload.files)) {
    disk.set(path, { type: "regular file", mode, owner, group, size: content.length, sha256: sha256(content) });
  }
  for (const { path, mode, owner, group } of credentialFiles(payload))
    disk.set(path, { type: "regular file", mode, owner, group, size: 1 });
  const running: UnitProperties = { LoadState: "loaded", ActiveState: "active", Type: "simple" };
  return {
    committed: { generation: 4, activated: ACTIVATED, manifest: parseManifest(text.split("\n")) },
    unfinished: false,
    disk,
    units: new Map(payload.units.map((unit) => [unit.name, running])),
    certificates: [],
    etcd: {},
    facts: [],
    ...changes,
  };
}

/** The same disk with some entries changed; undefined takes one away. */
export function withDisk(inspection: Inspection, changes: Readonly<Record<string, Partial<DiskEntry> | undefined>>): Inspection {
  const disk = new Map(inspection.disk);
  for (const [path, change] of Object.entries(changes)) {
    const before = disk.get(path) ?? { type: "regular file", mode: "0644", owner: "root", group: "root", size: 0 };
    if (change === undefined) disk.delete(path);
    else disk.set(path, { ...before, ...change });
  }
  return { ...inspection, disk };
}
