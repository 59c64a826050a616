/** The least that a machine needs to be reached: the key for a user who may do everything. */
export function minimalCloudConfig(user: string, key: string): string {
  const account =
    user === "root"
      ? { name: "root", ssh_authorized_keys: [key] }
      : { name: user, shell: "/bin/bash", sudo: "ALL=(ALL) NOPASSWD:ALL", ssh_authorized_keys: [key] };
  // JSON is YAML.
  return `#cloud-config\n${JSON.stringify({ disable_root: user !== "root", users: [account] }, undefined, 2)}\n`;
}
