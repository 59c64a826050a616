import type { ServiceModel } from "../../constructs/config";
import { filedUnder, serviceOfUnits } from "../../constructs/services/log-files";
import { cluster, service } from "../scheduler/models";

const named = (name: string, systemdServices: string[], paths: string[] = []): ServiceModel => ({
  ...service(name),
  systemdServices,
  files: paths.map((path) => ({ path, content: Buffer.from(""), executable: false })),
});

test("lines go to the service that lists their unit, or brings it", () => {
  const model = cluster(
    [],
    [
      named("backup", ["backup.timer"]),
      named("shop", [], ["/etc/systemd/system/shop-worker.service", "/etc/containers/systemd/shop.container", "/etc/shop.service"]),
      named("web", ["web@1.service", "web.socket"]),
    ],
  );
  expect(Object.fromEntries(serviceOfUnits(model))).toEqual({
    "backup.timer": "backup",
    "backup.service": "backup",
    "shop-worker.service": "shop",
    "shop.service": "shop",
    "web@": "web",
    "web.socket": "web",
    "web.service": "web",
  });
});

test("of a shared unit the first service by name has the lines, and the other is read from there", () => {
  const [api, web] = [named("api", ["agent.service"]), named("web", ["agent.service", "web.service"])];
  const model = cluster([], [api, web]);
  expect(serviceOfUnits(model).get("agent.service")).toBe("api");
  expect([filedUnder(model, api), filedUnder(model, web)]).toEqual([["api"], ["api", "web"]]);
});
