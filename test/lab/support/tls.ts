import { request } from "node:https";

export interface TlsRequest {
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly ca: string;
  /** The client's certificate. @default - none */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server must have. */
  readonly servername: string;
}

/**
 * Asks a server over TLS.
 * @returns the HTTP status and the body, or `refused: <why>` where no answer came: TLS 1.3 tells a client only afterwards
 */
export function ask(options: TlsRequest): Promise<string> {
  const { address, path, ...rest } = options;
  return new Promise((resolve) => {
    const asked = request({ host: address, path, ...rest, agent: false, timeout: 5_000 }, (response) => {
      let body = "";
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => resolve(`${response.statusCode} ${body}`.trim()));
    });
    asked.on("timeout", () => asked.destroy(new Error("no answer")));
    asked.on("error", (error) => resolve(`refused: ${error.message}`));
    asked.end();
  });
}
