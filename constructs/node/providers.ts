import { LocalProvider } from "@cdktf/provider-local/lib/provider";
import { NullProvider } from "@cdktf/provider-null/lib/provider";
import { TlsProvider } from "@cdktf/provider-tls/lib/provider";
import type { TerraformStack } from "cdktf";
import { PROVIDER_CONSTRAINTS } from "./provider-constraints";

/**
 * The providers of a cluster's stack. Only stacks call this; constructs inherit.
 * The bindings pin exact versions of null and local; any version of these ranges does, so that providers built from
 * source fit as well as those of a registry.
 */
export function addProviders(stack: TerraformStack): void {
  new NullProvider(stack, "null");
  new TlsProvider(stack, "tls");
  new LocalProvider(stack, "local");
  for (const [name, version] of Object.entries(PROVIDER_CONSTRAINTS))
    stack.addOverride(`terraform.required_providers.${name}.version`, version);
}
