import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from "node:http";
import { request as httpsRequest } from "node:https";
import type { AddressInfo } from "node:net";
import type { Scheme } from "../constructs/config";

export interface PageProxyProps {
  /** A socket of this machine that leads to the service. */
  readonly socket: string;
  readonly scheme: Scheme;
  /** The name that the service's certificate must have. */
  readonly serverName: string;
  /** PEM: the CA, and the certificate that is shown to the service. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** On 127.0.0.1. @default - a free one */
  readonly port?: number;
}

export interface PageProxy {
  /** For a browser; whoever does not know it gets nothing. */
  readonly url: string;
  close(): void;
}

/** They concern one connection only, not the request. */
const HOP_BY_HOP = ["connection", "keep-alive", "proxy-authorization", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/**
 * Lets a browser on this machine see a page that demands a client certificate. The port is open to every user and every web page
 * of this machine, so it answers only to who came by the address with the key (a cookie from then on), and only under its own
 * name (a foreign page whose name was turned to 127.0.0.1 has another).
 */
export async function startPageProxy(props: PageProxyProps): Promise<PageProxy> {
  const key = randomBytes(24).toString("base64url");
  const server = createServer();
  await listening(server, props.port ?? 0);
  const { port } = server.address() as AddressInfo;
  const cookie = `minicluster-${port}`;
  server.on("request", (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(incoming.headers.host ?? "")) return refuse(outgoing);
    if (equal(incoming.url ?? "", `/open/${key}`)) {
      outgoing.writeHead(302, { location: "/", "set-cookie": `${cookie}=${key}; Path=/; HttpOnly; SameSite=Strict` }).end();
      return;
    }
    if (!cookies(incoming).some(([name, value]) => name === cookie && equal(value, key))) return refuse(outgoing);
    passOn(incoming, outgoing, props, cookie);
  });
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${port}/open/${key}`, close };
}

function passOn(incoming: IncomingMessage, outgoing: ServerResponse, props: PageProxyProps, cookie: string): void {
  const { socket, serverName, ca, cert, key } = props;
  const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !HOP_BY_HOP.includes(name) && name !== "cookie"));
  const theirs = cookies(incoming).filter(([name]) => name !== cookie);
  if (theirs.length > 0) headers.cookie = theirs.map(([name, value]) => `${name}=${value}`).join("; ");
  const options: RequestOptions = {
    socketPath: socket,
    method: incoming.method,
    path: incoming.url,
    headers: { ...headers, host: serverName },
    agent: false,
  };
  const upstream = props.scheme === "https" ? httpsRequest({ ...options, servername: serverName, ca, cert, key }) : httpRequest(options);
  upstream.on("response", (answer) => {
    const kept = Object.entries(answer.headers).filter(([name]) => !HOP_BY_HOP.includes(name));
    outgoing.writeHead(answer.statusCode ?? 502, Object.fromEntries(kept));
    answer.pipe(outgoing);
  });
  upstream.on("error", (error) => {
    if (!outgoing.headersSent) outgoing.writeHead(502, { "content-type": "text/plain" });
    outgoing.end(`${serverName} does not answer: ${error.message}\n`);
  });
  outgoing.on("close", () => upstream.destroy());
  incoming.pipe(upstream);
}

function refuse(outgoing: ServerResponse): void {
  outgoing.writeHead(403, { "content-type": "text/plain" }).end("Open the address that minicluster open has printed.\n");
}

function cookies(incoming: IncomingMessage): [string, string][] {
  const pairs = (incoming.headers.cookie ?? "").split(/; */).filter(Boolean);
  return pairs.map((pair) => {
    const [name = "", ...value] = pair.split("=");
    return [name, value.join("=")];
  });
}

/** Takes the same time wherever they differ. */
function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
}
