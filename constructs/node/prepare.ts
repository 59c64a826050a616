import { Resource } from "@cdktf/provider-null/lib/resource";
import { type FileProvisioner, Fn, type RemoteExecProvisioner, type SSHProvisionerConnection } from "cdktf";
import { Construct } from "constructs";
import { sha256 } from "../payload/manifest";
import type { Payload } from "../payload/payload";
import { artifactDirectory } from "../services/artifact-paths";
import type { Artifact } from "./artifact";
import { noteCompletion } from "./completion";
import { terraformText } from "./terraform-text";

export interface PrepareProps {
  readonly payload: Payload;
  readonly connection: SSHProvisionerConnection;
  /** PEM, a token: a node that trusts another CA refuses. */
  readonly caCertPem: string;
  /** Those that this node needs. */
  readonly artifacts: readonly Artifact[];
  /** The text of minicluster-prepare. */
  readonly script: string;
  readonly redeliver: number;
  /** The vault as seen from the stack's folder. */
  readonly vault: string;
}

/** Below the SSH user's home, which is theirs alone: a script there cannot be changed by others before it runs. */
const SCRIPT_PATH = "./.minicluster-prepare";

/** Checks a node and gives it packages and artifacts. Replaced when these change, or when the node is delivered anew. */
export class Prepare extends Construct {
  readonly resource: Resource;

  constructor(scope: Construct, id: string, props: PrepareProps) {
    super(scope, id);
    const { payload, artifacts } = props;
    this.resource = new Resource(this, "Resource", {
      triggers: {
        packages: payload.packages.join(" "),
        ...Object.fromEntries(artifacts.map((artifact) => [`artifact ${artifact.name}`, `${artifact.version} ${artifact.source}`])),
        prepare: sha256(props.script).slice(0, 12),
        redeliver: String(props.redeliver),
      },
      lifecycle: { createBeforeDestroy: true },
      connection: props.connection,
      provisioners: [
        this.run("check", props),
        ...artifacts.map((artifact): FileProvisioner => ({ type: "file", source: artifact.path, destination: uploadPath(artifact) })),
        ...(artifacts.length === 0 ? [] : [this.run("install", props)]),
        noteCompletion(props.vault, `${payload.node}_prepare`),
      ],
    });
  }

  /** Each line is a list element of its own: text never meets a token in one string. */
  private run(step: "check" | "install", props: PrepareProps): RemoteExecProvisioner {
    const { payload, artifacts } = props;
    const set = (name: string, value: string) => terraformText(`${name}='${value}'`);
    return {
      type: "remote-exec",
      inline: [
        set("step", step),
        set("MINICLUSTER_NODE", payload.node),
        Fn.join("", ["MINICLUSTER_TIME=", Fn.timestamp()]),
        Fn.join("", ["MINICLUSTER_CA_SHA256=", Fn.sha256(props.caCertPem)]),
        set("MINICLUSTER_MACHINE", artifacts[0]?.machine ?? ""),
        set("MINICLUSTER_PACKAGES", payload.packages.join(" ")),
        set("MINICLUSTER_UNITS", [...payload.units.map((unit) => unit.name), ...payload.masked].join(" ")),
        set("MINICLUSTER_ARTIFACTS", artifacts.map((a) => `${a.sha256} ${artifactDirectory(a)} ${uploadPath(a)}\n`).join("")),
        terraformText(props.script),
      ],
      connection: { ...props.connection, scriptPath: SCRIPT_PATH } as SSHProvisionerConnection,
    };
  }
}

function uploadPath(artifact: Artifact): string {
  return `.minicluster/${artifact.name}-${artifact.source}.tar.gz`;
}
