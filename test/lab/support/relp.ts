import { connect } from "node:tls";

export interface RelpSender {
  readonly address: string;
  readonly port: number;
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  /** The name that the collector must have. */
  readonly servername: string;
}

/**
 * Says lines to a collector as a relay does.
 * @returns `taken` once every line was acknowledged, else `refused: <why>`
 * @see https://www.rsyslog.com/doc/relp.html
 */
export function sayOverRelp({ address, ...options }: RelpSender, lines: readonly string[]): Promise<string> {
  const frames = [["open", "relp_version=0\nrelp_software=test\ncommands=syslog"], ...lines.map((line) => ["syslog", line])];
  return new Promise((resolve) => {
    let answers = "";
    const socket = connect({ host: address, ...options, timeout: 5_000 });
    const end = (result: string) => {
      socket.destroy();
      resolve(result);
    };
    socket.on("secureConnect", () => {
      for (const [index, [command, data = ""]] of frames.entries())
        socket.write(`${index + 1} ${command} ${Buffer.byteLength(data)} ${data}\n`);
    });
    socket.on("data", (chunk) => {
      answers += chunk;
      if (new RegExp(`^${frames.length} rsp \\d+ 200`, "m").test(answers)) end("taken");
    });
    socket.on("timeout", () => end("refused: no answer"));
    socket.on("error", (error) => end(`refused: ${error.message}`));
    socket.on("close", () => end("refused: closed"));
  });
}
