import { configDirectory, loadModel } from "../../edge/load";
import { requestRedelivery } from "../../edge/redeliveries";
import { UserError } from "../../edge/user-error";
import { selectNode } from "../nodes";
import type { GlobalOptions } from "../program";

/** `minicluster redeliver`: only asks; the next deploy delivers. */
export function redeliver(name: string, options: GlobalOptions): void {
  const { model } = loadModel(configDirectory(options.config));
  const node = selectNode(model, name);
  if (node.skip) throw new UserError(`${name}: the inventory says skip: true, so nothing is delivered to it; take that away first`);
  const count = requestRedelivery(model.privateDir, name);
  console.log(
    [
      `${name}: the next npx cdktf deploy delivers everything to it anew (request ${count}): packages and programs that are missing,`,
      "credentials, files and units. What is in place already stays; data is never touched. cdktf diff shows it as redeliver.",
      `If the machine was reinstalled, accept its new host keys first: npx minicluster trust ${name} --replace`,
    ].join("\n"),
  );
}
