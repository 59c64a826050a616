import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { type PageProxy, startPageProxy } from "../../cli/page-proxy";

/** A service that wants a client certificate, behind a socket as ssh makes it. */
let folder: string;
let server: Server;
let proxy: PageProxy;
const pem = (name: string) => readFileSync(join(folder, name), "utf8");

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "page-proxy-"));
  const script = `
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2 2>/dev/null
    issue() {
      openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1" 2>/dev/null
      printf 'subjectAltName=DNS:%s.example.com\\n' "$1" >ext
      openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 1 -extfile ext -out "$1.pem" 2>/dev/null
    }
    issue prometheus; issue operator`;
  execFileSync("sh", ["-ec", script], { cwd: folder });
  server = createServer(
    { key: pem("prometheus.key"), cert: pem("prometheus.pem"), ca: pem("ca.pem"), requestCert: true, rejectUnauthorized: true },
    (incoming, outgoing) => {
      let body = "";
      incoming.on("data", (chunk) => {
        body += chunk;
      });
      incoming.on("end", () => {
        const who = (incoming.socket as TLSSocket).getPeerCertificate().subject.CN;
        outgoing.setHeader("set-cookie", "theirs=1");
        outgoing.end(
          JSON.stringify({
            method: incoming.method,
            url: incoming.url,
            host: incoming.headers.host,
            cookie: incoming.headers.cookie,
            who,
            body,
          }),
        );
      });
    },
  );
  await new Promise<void>((resolve) => server.listen(join(folder, "socket"), resolve));
  proxy = await start("prometheus.example.com");
});
afterAll(() => {
  proxy.close();
  server.close();
  server.closeAllConnections();
  rmSync(folder, { recursive: true });
});

const start = (serverName: string) =>
  startPageProxy({
    socket: join(folder, "socket"),
    scheme: "https",
    serverName,
    ca: pem("ca.pem"),
    cert: pem("operator.pem"),
    key: pem("operator.key"),
  });

interface Answer {
  readonly status?: number;
  readonly body: string;
  readonly cookie?: string;
  readonly location?: string;
}

function ask(
  path: string,
  options: { host?: string; cookie?: string; method?: string; body?: string; at?: PageProxy } = {},
): Promise<Answer> {
  const { port, host } = new URL((options.at ?? proxy).url);
  const headers = { host: options.host ?? host, ...(options.cookie === undefined ? {} : { cookie: options.cookie }) };
  return new Promise((resolve, reject) => {
    const asked = request({ host: "127.0.0.1", port, path, method: options.method ?? "GET", headers, agent: false }, (answer) => {
      let body = "";
      answer.on("data", (chunk) => {
        body += chunk;
      });
      answer.on("end", () =>
        resolve({
          status: answer.statusCode,
          body,
          cookie: answer.headers["set-cookie"]?.[0]?.split(";")[0],
          location: answer.headers.location,
        }),
      );
    });
    asked.on("error", reject);
    asked.end(options.body);
  });
}

const enter = async (at = proxy) => (await ask(new URL(at.url).pathname, { at })).cookie ?? "";

test("the address with the key leads in, and the service sees the operator's certificate", async () => {
  const entered = await ask(new URL(proxy.url).pathname);
  expect([entered.status, entered.location]).toEqual([302, "/"]);
  const page = await ask("/graph?g0=up", { cookie: `mine=2; ${entered.cookie}`, method: "POST", body: "query=up" });
  expect(JSON.parse(page.body)).toEqual({
    method: "POST",
    url: "/graph?g0=up",
    host: "prometheus.example.com",
    cookie: "mine=2",
    who: "operator",
    body: "query=up",
  });
  expect([page.status, page.cookie]).toEqual([200, "theirs=1"]);
});

test.each<[string, (cookie: string) => Parameters<typeof ask>]>([
  ["without the key", () => ["/graph"]],
  ["with another key", (cookie) => ["/graph", { cookie: cookie.replace(/.$/, (last) => (last === "A" ? "B" : "A")) }]],
  [
    "under another name, which a foreign page may have turned to this machine",
    (cookie) => ["/graph", { cookie, host: "evil.example.com" }],
  ],
])("%s there is nothing", async (_, request) => {
  const { status, body } = await ask(...request(await enter()));
  expect([status, body]).toEqual([403, "Open the address that minicluster open has printed.\n"]);
});

test("a service with another name is not believed", async () => {
  const other = await start("alertmanager.example.com");
  const { status, body } = await ask("/", { at: other, cookie: await enter(other) });
  other.close();
  expect(status).toBe(502);
  expect(body).toContain("alertmanager.example.com does not answer: Hostname/IP does not match certificate's altnames");
});
