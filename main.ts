import { chmodSync, mkdirSync } from "node:fs";
import { join, relative } from "node:path";
import { App } from "cdktf";
import { ClusterStack, stackId } from "./constructs/cluster-stack";
import { readArtifacts } from "./edge/artifacts";
import { withHostKeys } from "./edge/given";
import { certifyHosts } from "./edge/host-certificates";
import { pinnedHostKeys } from "./edge/host-keys";
import { trustAuthority } from "./edge/known-hosts-file";
import { configDirectory, load } from "./edge/load";
import { discardPlans } from "./edge/plan-file";
import { printWarnings } from "./edge/print";
import { readRedeliveries, resumeInterrupted } from "./edge/redeliveries";
import { deliveredTriggers, statePath } from "./edge/state";
import { runForUser } from "./edge/user-error";
import { keepAuthorities, protectVault } from "./edge/vault";
import { writeProviderLock } from "./setup/provider-lock";

/** The edge: reads every file, places, builds one stack, synthesises. Nothing is written before everything is valid. */
runForUser(() => {
  const loaded = load(configDirectory());
  const { model, placement, vault } = loaded;
  const hostKeys = pinnedHostKeys(model, vault.knownHosts);
  const artifacts = readArtifacts();
  printWarnings(loaded.warnings);
  if (vault.interrupted.length > 0) {
    const names = resumeInterrupted(model.privateDir, vault.interrupted);
    console.error(`the last deploy was killed; what it had begun is delivered anew: ${names.join(", ")}`);
  }
  const certificates = certifyHosts(model, vault.knownHosts, new Date());
  trustAuthority(model, vault.knownHosts, certificates.authority);
  const sources = withHostKeys(loaded.sources, model, vault.knownHosts, certificates);

  const app = new App();
  const id = stackId(model.domain);
  const stackFolder = join(app.outdir, "stacks", id);
  const stack = new ClusterStack(app, id, {
    model,
    placement,
    sources,
    hostKeys,
    artifacts,
    record: vault.record,
    founded: vault.founded,
    delivered: deliveredTriggers(vault.state),
    redeliveries: readRedeliveries(model.privateDir),
    // Relative, so that the JSON does not name this machine.
    vault: relative(stackFolder, model.privateDir),
    statePath: relative(stackFolder, statePath(model.privateDir)),
  });

  const planned = Object.entries(stack.toTerraform().resource as Record<string, object>);
  keepAuthorities(
    vault,
    planned.flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`)),
  );

  protectVault(model.privateDir);
  mkdirSync(app.outdir, { recursive: true, mode: 0o700 });
  chmodSync(app.outdir, 0o700);
  discardPlans(stackFolder);
  writeProviderLock(stackFolder);
  app.synth();
});
