import { existsSync, readFileSync, statSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PROVIDER_CONSTRAINTS } from "../constructs/node/provider-constraints";
import { lastLines, runCommand } from "./command";
import { CHECKOUT_STATE } from "./folders";
import { step } from "./progress";
import { PROVIDER_LOCK } from "./provider-lock";
import { mirroredProviders, mirrorFolder, mirrorProvider } from "./provider-mirror";
import { recipes, sourceDigest } from "./recipe";
import { SetupError } from "./setup-error";
import { QUIET, type Terraform } from "./terraform";

/** Seconds for the registry to name the versions; once it has, the download may take its time. */
const ANSWER_SECONDS = 8;
const DOWNLOAD_SECONDS = 600;

/** What the provider lock of this checkout was made with. */
const RECORD = join(CHECKOUT_STATE, "providers.json");

interface Record {
  readonly key: string;
  /** Programs in the mirror; terraform prefers them to the registry's. */
  readonly mirror: readonly string[];
}

/**
 * Sees to it that `terraform init` finds the providers: from the registry where it answers, else from a
 * mirror that terraform finds by itself, built from source. Leaves the provider lock for the synth.
 */
export async function provideProviders(terraform: Terraform): Promise<void> {
  const key = sourceDigest([
    terraform.program,
    terraform.version,
    mirrorFolder(),
    JSON.stringify(PROVIDER_CONSTRAINTS),
    ...recipes().map((recipe) => recipe.source),
  ]);
  if (isReady(key)) return;
  const folder = await mkdtemp(join(tmpdir(), "minicluster-providers-"));
  try {
    await writeFile(join(folder, "main.tf.json"), requirements());
    const mirrored = await mirroredProviders(terraform, folder);
    let tried = await step("terraform providers", () => init(terraform, folder));
    if (tried.status !== 0) {
      console.log("no answer from the Terraform registry: the providers are built from source");
      for (const provider of mirrored) await mirrorProvider(provider);
      tried = await init(terraform, folder);
    }
    if (tried.status !== 0) {
      const why = lastLines(tried.output, 12);
      throw new SetupError(`terraform init does not find the providers that were just built:\n${why}`);
    }
    const mirror = mirrored.map(({ path }) => path).filter((path) => existsSync(path));
    await keep(join(folder, ".terraform.lock.hcl"), { key, mirror });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The configuration that asks for the providers and nothing else. */
export function requirements(): string {
  const providers = Object.entries(PROVIDER_CONSTRAINTS).map(([name, version]) => [name, { source: `hashicorp/${name}`, version }]);
  return JSON.stringify({ terraform: { required_providers: Object.fromEntries(providers) } });
}

function isReady(key: string): boolean {
  if (!existsSync(RECORD) || !existsSync(PROVIDER_LOCK)) return false;
  const record = JSON.parse(readFileSync(RECORD, "utf8")) as Record;
  const locked = statSync(PROVIDER_LOCK).mtimeMs;
  // A provider built anew has another checksum than the lock says.
  const isAsLocked = (program: string) => existsSync(program) && statSync(program).mtimeMs <= locked;
  return record.key === key && record.mirror.every(isAsLocked);
}

function init(terraform: Terraform, folder: string) {
  return runCommand(terraform.program, ["init", "-input=false", "-no-color"], {
    cwd: folder,
    environment: { ...QUIET, TF_REGISTRY_DISCOVERY_RETRY: "0", TF_REGISTRY_CLIENT_TIMEOUT: "5", TF_DATA_DIR: undefined },
    timeoutSeconds: ANSWER_SECONDS,
    onOutput: downloadLimit(),
  });
}

/** Lengthens the time limit once, when terraform has its answers and starts to download. */
function downloadLimit(): (output: string) => number | undefined {
  let isDownloading = false;
  return (output) => {
    if (isDownloading || !/^- Installing /m.test(output)) return undefined;
    isDownloading = true;
    return DOWNLOAD_SECONDS;
  };
}

async function keep(lock: string, record: Record): Promise<void> {
  await mkdir(dirname(PROVIDER_LOCK), { recursive: true });
  // By a rename each, the record last: it vouches for the lock.
  await copyFile(lock, `${PROVIDER_LOCK}.new`);
  await rename(`${PROVIDER_LOCK}.new`, PROVIDER_LOCK);
  await writeFile(`${RECORD}.new`, JSON.stringify(record));
  await rename(`${RECORD}.new`, RECORD);
}
