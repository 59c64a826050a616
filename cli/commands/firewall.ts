import { openPorts } from "../../constructs/services/firewall-table";
import { configDirectory, load } from "../../edge/load";
import { printWarnings } from "../../edge/print";
import { firewallReport, firewallText } from "../firewall-text";
import type { GlobalOptions } from "../program";
import { terminalWidth } from "../table";

/** `minicluster firewall`: the table that the rules of every node are made of. */
export function showFirewall(options: GlobalOptions & { json?: boolean }): void {
  const { model, placement, warnings } = load(configDirectory(options.config));
  printWarnings(warnings);
  const ports = openPorts(model, placement);
  if (options.json) console.log(JSON.stringify(firewallReport(model, ports), null, 2));
  else console.log(firewallText(ports, terminalWidth()));
}
