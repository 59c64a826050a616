import type { LabCluster } from "./lab-cluster";

export type RecordType = "A" | "AAAA" | "SRV";

const TYPES: Record<RecordType, number> = { A: 1, AAAA: 28, SRV: 33 };
const CODES = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];

export interface DnsAnswer {
  /** Of the answer, e.g. `NOERROR`; `none` if no answer came. */
  readonly code: string;
  /** What was asked for: addresses, or `port target`. Sorted. */
  readonly values: string[];
  /** The smallest of the answer. */
  readonly ttl: number;
}

/** What a program on the node is told when it asks the node's resolver. Nothing but bash is needed there. */
export async function lookUp(cluster: LabCluster, node: string, name: string, type: RecordType = "A"): Promise<DnsAnswer> {
  const bytes = [...query(name, TYPES[type])].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
  // In one write: printf alone ends a datagram at each byte 10.
  const script = `exec 3<>/dev/udp/127.0.0.1/53; printf "${bytes}" | dd bs=4096 iflag=fullblock >&3 2>/dev/null; timeout 6 dd bs=4096 count=1 <&3 2>/dev/null | base64 -w 0`;
  const { stdout } = await cluster.lab.exec(node, `bash -c '${script}'`);
  const answer = Buffer.from(stdout.trim(), "base64");
  return answer.length < 12 ? { code: "none", values: [], ttl: 0 } : parse(answer, TYPES[type]);
}

function query(name: string, type: number): Buffer {
  const header = Buffer.from([0x4d, 0x43, 0x01, 0x00, 0, 1, 0, 0, 0, 0, 0, 0]);
  const labels = name.split(".").flatMap((label) => [Buffer.from([label.length]), Buffer.from(label)]);
  return Buffer.concat([header, ...labels, Buffer.from([0, 0, type, 0, 1])]);
}

/** @see https://www.rfc-editor.org/rfc/rfc1035#section-4 */
function parse(answer: Buffer, type: number): DnsAnswer {
  const values: string[] = [];
  let ttl = Number.POSITIVE_INFINITY;
  let at = readName(answer, 12).next + 4;
  for (let i = answer.readUInt16BE(6); i > 0; i--) {
    at = readName(answer, at).next;
    const [found, length] = [answer.readUInt16BE(at), answer.readUInt16BE(at + 8)];
    if (found === type) {
      values.push(readValue(answer, type, at + 10, length));
      ttl = Math.min(ttl, answer.readUInt32BE(at + 4));
    }
    at += 10 + length;
  }
  const code = answer.readUInt8(3) & 15;
  return { code: CODES[code] ?? String(code), values: values.sort(), ttl: values.length === 0 ? 0 : ttl };
}

function readValue(answer: Buffer, type: number, at: number, length: number): string {
  if (type === TYPES.A) return [...answer.subarray(at, at + length)].join(".");
  if (type === TYPES.SRV) return `${answer.readUInt16BE(at + 4)} ${readName(answer, at + 6).name}`;
  return answer.subarray(at, at + length).toString("hex");
}

/** A name may end in a pointer to where the rest of it stands. */
function readName(answer: Buffer, start: number): { name: string; next: number } {
  const labels: string[] = [];
  let at = start;
  let next = 0;
  for (let length = answer.readUInt8(at); length > 0; length = answer.readUInt8(at)) {
    if (length >= 0xc0) {
      if (next === 0) next = at + 2;
      at = answer.readUInt16BE(at) & 0x3fff;
    } else {
      labels.push(answer.subarray(at + 1, at + 1 + length).toString());
      at += 1 + length;
    }
  }
  return { name: labels.join("."), next: next === 0 ? at + 1 : next };
}
