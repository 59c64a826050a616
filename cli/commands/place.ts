import { configDirectory, load } from "../../edge/load";
import { printWarnings } from "../../edge/print";
import { placementReport, placementText } from "../placement-text";
import type { GlobalOptions } from "../program";
import { terminalWidth } from "../table";

/** `minicluster place`: looks at the configuration and the record only; asks no node. */
export function showPlacement(options: GlobalOptions & { json?: boolean }): void {
  const { model, placement, vault, warnings } = load(configDirectory(options.config));
  printWarnings(warnings);
  const recorded = vault.record !== undefined;
  if (options.json) console.log(JSON.stringify(placementReport(model, placement, recorded), null, 2));
  else console.log(placementText(model, placement, recorded, terminalWidth()));
}
