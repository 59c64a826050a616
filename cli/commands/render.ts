import { resolve } from "node:path";
import { renderCloudConfig } from "../../constructs/payload/cloud-config";
import { embeddedServices } from "../../constructs/services/registry";
import { configDirectory, load, loadModel } from "../../edge/load";
import { selectNode } from "../nodes";
import { payloadText } from "../payload-text";
import { payloadsOf } from "../plan";
import type { GlobalOptions } from "../program";
import { writeTree } from "../rendered-tree";
import { terminalWidth } from "../table";

/** `minicluster render`: what a node should hold, as a listing, as files, or as cloud-config for its first boot. */
export function render(name: string, options: GlobalOptions & { out?: string; cloudConfig?: boolean }): void {
  const directory = configDirectory(options.config);
  if (options.cloudConfig) {
    const { model, sources } = loadModel(directory);
    process.stdout.write(renderCloudConfig(model, selectNode(model, name), sources, embeddedServices));
    return;
  }
  const loaded = load(directory);
  for (const payload of payloadsOf(loaded, [selectNode(loaded.model, name)])) {
    if (options.out === undefined) {
      console.log(payloadText(payload, terminalWidth()));
      continue;
    }
    writeTree(resolve(options.out), payload);
    console.log(`${options.out}: ${Object.keys(payload.files).length} files of ${name}, and the manifest`);
  }
}
