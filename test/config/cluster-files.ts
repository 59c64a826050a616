import { type LoadOptions, type LoadResult, loadCluster, type SourceFile, type Sources } from "../../constructs/config";

export const INVENTORY = `domain: infra.example.com
domain_public: example.com
ssh: { private_key_file: ~/.ssh/id_ed25519 }
nodes:
  core-1: { addresses: [10.0.0.1], groups: [core] }
  worker-1: { addresses: [10.0.0.2], groups: [ssd] }
`;

export const OPTIONS: LoadOptions = {
  directory: "/cluster",
  home: "/home/ada",
  embedded: {
    etcd: {
      scheduling_group: "core",
      service_credentials: [{ name: "etcd", server_cert_mode: "both" }],
      user: "etcd",
      systemd_services: ["etcd.service"],
      ports: [2379, 2380],
      environment: { ETCD_QUOTA: "2G", ETCD_LOG_LEVEL: "info" },
    },
    prometheus: { scheduling_group: "core", num_instances: 2, user: "prometheus", etcd_prefixes: ["/prometheus/"] },
    "node-exporter": { service_credentials: [{ name: "node-exporter" }], monitoring_endpoints: [{ port: 9100 }], user: "node-exporter" },
  },
  reserved: ["gateway"],
  fixed: { etcd: ["num_instances"] },
};

export function file(content: string | Buffer, executable = false): SourceFile {
  return { content: Buffer.from(content), executable };
}

/** The sources of a configuration folder: path in the folder -> content. `null` leaves a file out. */
export function folder(files: Record<string, string | SourceFile | null>): Sources {
  const all: Record<string, string | SourceFile | null> = { "inventory.yml": INVENTORY, "services.yml": "", ...files };
  return new Map(
    Object.entries(all).flatMap(([path, content]) =>
      content === null ? [] : [[`config/${path}`, typeof content === "string" ? file(content) : content] as const],
    ),
  );
}

export function load(files: Record<string, string | SourceFile | null>, options: Partial<LoadOptions> = {}): LoadResult {
  return loadCluster(folder(files), { ...OPTIONS, ...options });
}
