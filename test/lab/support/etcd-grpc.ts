import { connect } from "node:http2";

/** A client of etcd as an attacker would write one: etcdctl cannot say all that the protocol can. */
export interface EtcdClientProps {
  readonly address: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The name that the server must have. */
  readonly servername: string;
}

export interface GrpcAnswer {
  /** 0 is success, 7 is permission denied. @see https://grpc.io/docs/guides/status-codes/ */
  readonly status: number;
  readonly message: string;
  readonly body: Buffer;
}

/** Fields of a protobuf message: number -> bytes or a number, a list of them for a repeated field. */
export type Fields = Readonly<Record<number, Buffer | string | number | bigint | readonly Buffer[]>>;

/** @see https://protobuf.dev/programming-guides/encoding/ */
export function message(fields: Fields): Buffer {
  const parts = Object.entries(fields).flatMap(([number, value]) => {
    if (typeof value === "number" || typeof value === "bigint") return [varint(BigInt(number) << 3n), varint(BigInt(value))];
    const all = typeof value === "string" || Buffer.isBuffer(value) ? [Buffer.from(value)] : value;
    return all.flatMap((bytes) => [varint((BigInt(number) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
  });
  return Buffer.concat(parts);
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  return Buffer.from([...bytes, Number(rest)]);
}

/** One call, e.g. `KV/Txn`, on a connection of its own. */
export function call(client: EtcdClientProps, method: string, request: Buffer): Promise<GrpcAnswer> {
  const { address, ...tls } = client;
  return new Promise((resolve, reject) => {
    const session = connect(`https://${address}:2379`, tls);
    session.setTimeout(10_000, () => session.destroy(new Error("no answer")));
    session.on("error", reject);
    const stream = session.request({
      ":method": "POST",
      ":path": `/etcdserverpb.${method}`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    let status: unknown;
    let text = "";
    const chunks: Buffer[] = [];
    // An answer that is only an error has no trailers: it stands in the headers.
    const note = (headers: Record<string, unknown>) => {
      if (headers["grpc-status"] === undefined) return;
      status = headers["grpc-status"];
      text = decodeURIComponent(String(headers["grpc-message"] ?? ""));
    };
    stream.on("response", note);
    stream.on("trailers", note);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      resolve({ status: Number(status), message: text, body: Buffer.concat(chunks).subarray(5) });
    });
    const length = Buffer.alloc(5);
    length.writeUInt32BE(request.length, 1);
    stream.end(Buffer.concat([length, request]));
  });
}

export const range = (key: string, end?: string) => message(end === undefined ? { 1: key } : { 1: key, 2: end });
export const put = (key: string, value: string) => message({ 1: key, 2: value });
/** A transaction without a condition; each operation is one of `operations`. */
export const transaction = (...operations: Buffer[]) => message({ 2: operations });
export const operations = {
  range: (request: Buffer) => message({ 1: request }),
  put: (request: Buffer) => message({ 2: request }),
  delete: (request: Buffer) => message({ 3: request }),
  transaction: (request: Buffer) => message({ 4: request }),
};
