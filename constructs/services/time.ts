import type { Contribution, RenderContext, ServiceDefinition } from "./definition";
import { staticFiles } from "./static-files";

/** chrony, with Debian's own list of servers. */
export const time: ServiceDefinition = {
  name: "time",
  attributes: { packages: ["chrony"], systemd_services: ["chrony.service"] },
  render(context: RenderContext): Contribution {
    return { files: staticFiles(context, () => ["chrony.service"]) };
  },
};
