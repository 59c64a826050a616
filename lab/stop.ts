import { rmSync } from "node:fs";
import { join } from "node:path";
import { configDirectory, loadModel } from "../edge/load";
import { PROJECT } from "../edge/read-sources";
import { runForUser, UserError } from "../edge/user-error";
import { Lab } from "./lab";

/** `npm run stop`: removes the machines that `npm start` made, and the example's vault. Another cluster's vault is not ours to remove. */
runForUser(async () => {
  const name = process.env.MINICLUSTER_LAB ?? "minicluster";
  const directory = configDirectory();
  const { model } = loadModel(directory);
  const lab = Lab.open(name);
  const isOurs = directory === join(PROJECT, "cluster") || model.nodes.every((node) => lab?.has(node.name));
  if (!isOurs) throw new UserError(`the lab ${name} does not hold the machines of ${directory}; nothing was removed`);
  await Lab.down(name);
  rmSync(model.privateDir, { recursive: true, force: true });
  console.log(`the machines and ${model.privateDir} are gone`);
});
