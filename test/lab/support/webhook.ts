import { createServer, type Server } from "node:http";
import type { LabCluster } from "./lab-cluster";

/** An alert as Alertmanager posts it, with when it came. */
export interface Notification {
  readonly status: "firing" | "resolved";
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** As `performance.now()` counts. */
  readonly at: number;
}

const PORT = 18_080;
const TOKEN = "a token of the lab";

/** A receiver of alerts on the host of the machines, which the inventory names. It lives as long as the cluster does. */
export class Webhook {
  readonly notifications: Notification[] = [];
  /** Requests without the token. */
  strangers = 0;
  private server: Server | undefined;

  constructor(private readonly cluster: LabCluster) {
    // The address of the bridge. Plain HTTP, and the URL is the secret: a bearer token over it would be refused.
    cluster.secret("webhook-url", `http://${cluster.address(254)}:${PORT}/${encodeURIComponent(TOKEN)}`);
    cluster.inventory.alerts = { receivers: [{ name: "test", webhook: { url: { secret: "webhook-url" } } }] };
  }

  /** The bridge is there once machines are. */
  listen(): Promise<void> {
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => {
        if (request.url === `/${encodeURIComponent(TOKEN)}`) this.take(body);
        else this.strangers += 1;
        response.end();
      });
    });
    this.server = server;
    return new Promise((done, fail) => {
      server.on("error", fail);
      server.listen(PORT, this.cluster.address(254), done);
    });
  }

  /** That node-exporter on a host is gone, told after a moment. */
  firing(host: string, after: number): Notification[] {
    return this.notifications.filter(
      ({ status, labels, at }) => status === "firing" && labels.service === "node-exporter" && labels.host === host && at >= after,
    );
  }

  close(): void {
    this.server?.close();
    this.server?.closeAllConnections();
  }

  private take(body: string): void {
    const { alerts } = JSON.parse(body) as { alerts: Omit<Notification, "at">[] };
    const at = performance.now();
    for (const { status, labels, annotations } of alerts) this.notifications.push({ status, labels, annotations, at });
  }
}
