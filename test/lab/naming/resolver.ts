import { lookUp } from "../support/dns";
import type { LabCluster } from "../support/lab-cluster";
import { signedBy } from "../support/sign";
import { until } from "../support/until";

const OURS = "Written by minicluster";
/** What the lab's machines ask before they belong to a cluster; nobody has it. */
const FORMER_NAMESERVER = "10.255.255.53";

/** Tells every question one address. */
const NAMESERVER = `
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(("${FORMER_NAMESERVER}", 53))
while True:
    q, peer = s.recvfrom(4096)
    end = q.index(0, 12) + 5
    s.sendto(q[:2] + bytes([0x85, 0x80, 0, 1, 0, 1, 0, 0, 0, 0]) + q[12:end] + bytes([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 7]), peer)
`;

export function resolver(cluster: LabCluster): void {
  const node = "worker-1";
  const web = `web.${cluster.domain}`;
  const forget = (name: string) => `unbound-control -q -c /etc/unbound/minicluster.conf flush_zone ${name}`;

  test("other names go where the machine asked before", async () => {
    await cluster.exec(
      node,
      `ip address add ${FORMER_NAMESERVER}/32 dev lo && systemd-run --quiet --unit=former python3 -c '${NAMESERVER}'`,
    );
    try {
      await until(
        () => lookUp(cluster, node, "former.example.net"),
        ({ values }) => values.join() === "192.0.2.7",
        70, // for so long it remembers that nobody answered
      );
    } finally {
      await cluster.exec(node, `systemctl stop former; ip address delete ${FORMER_NAMESERVER}/32 dev lo`);
    }
  });

  test("is for its own node alone", async () => {
    const { code } = await cluster.lab.exec("worker-2", `timeout 3 bash -c '</dev/tcp/${cluster.addressOf(node)}/53'`);
    expect(code).not.toBe(0);
  });

  test("where it does not run, the machine resolves names as before it", async () => {
    const before = await cluster.exec(node, "cat /etc/resolv.conf");
    expect(before).toContain(OURS);
    await cluster.exec(node, "systemctl stop unbound");
    await until(
      () => cluster.exec(node, "cat /etc/resolv.conf"),
      (text) => !text.includes(OURS) && text.includes(FORMER_NAMESERVER),
      15,
    );
    await cluster.exec(node, "systemctl start unbound");
    expect(await cluster.exec(node, "cat /etc/resolv.conf")).toBe(before);
    // Somebody else's words are kept for later, and do not stay.
    await cluster.exec(node, "echo nameserver 192.0.2.1 >/etc/resolv.conf");
    await until(
      () => cluster.exec(node, "cat /etc/resolv.conf"),
      (text) => text.includes(OURS),
      15,
    );
  });

  test("believes no nameserver of another name", async () => {
    const folder = "/etc/credentials/x509/nameserver/server";
    const { cert, key } = signedBy(cluster, "services", { names: [web], usage: "server" });
    const cores = Object.keys(cluster.nodes).filter((each) => each.startsWith("core-"));
    const write = (path: string, text: string) => `cp -a ${folder}/${path} /root/${path} && cat >${folder}/${path} <<'END'\n${text}\nEND\n`;
    const everywhere = (command: string) => Promise.all(cores.map((core) => cluster.exec(core, command)));
    await everywhere(`${write("cert.pem", cert)}${write("private_key.pem", key)}systemctl restart nameserver`);
    try {
      await cluster.exec(node, forget(web));
      expect(await lookUp(cluster, node, web)).toMatchObject({ code: "SERVFAIL", values: [] });
    } finally {
      await everywhere(`cp -a /root/cert.pem /root/private_key.pem ${folder}/ && systemctl restart nameserver`);
    }
    await until(
      () => lookUp(cluster, node, web),
      ({ values }) => values.length === 2,
      60,
    );
  });
}
