import type { LabCluster } from "./lab-cluster";

/**
 * Describes a service of a user's own: a unit from a file, a user, credentials. It answers on its port with the file
 * `/var/lib/<name>/page`, which is data and stays.
 */
export function addWebService(cluster: LabCluster, name: string, port: number, attributes: Record<string, unknown> = {}): void {
  cluster.services[name] = {
    num_instances: 2,
    user: name,
    files: name,
    systemd_services: [`${name}.service`],
    ports: [port],
    service_credentials: [{ name }],
    ...attributes,
  };
  cluster.file(
    `files/${name}/etc/systemd/system/${name}.service`,
    `[Service]
User=${name}
StateDirectory=${name}
WorkingDirectory=/var/lib/${name}
ExecStart=/usr/bin/python3 -m http.server ${port}
Restart=always

[Install]
WantedBy=multi-user.target
`,
  );
}

/** Nodes on which a unit runs now. */
export async function nodesRunning(cluster: LabCluster, unit: string): Promise<string[]> {
  const running = await Promise.all(
    cluster.lab.nodes.map(async ({ name }) =>
      (await cluster.lab.exec(name, `systemctl is-active ${unit}`)).stdout.trim() === "active" ? name : "",
    ),
  );
  return running.filter((name) => name !== "").sort();
}
