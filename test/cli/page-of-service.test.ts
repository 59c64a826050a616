import { pageOfService } from "../../cli/page-of-service";
import { describedCluster } from "../support/described-cluster";

const { cluster } = describedCluster({
  inventory: "domain: infra.example.com\ndomain_public: example.com\nnodes: { core-1: { addresses: [10.0.0.1], groups: [core] } }\n",
  services: `
shop: { public_endpoints: [{ name: shop, port: 8443 }], monitoring_endpoints: [{ port: 9000 }] }
meter: { monitoring_endpoints: [{ port: 9001, scheme: http }] }
quiet: {}
`,
});

test("the public endpoint of a service is its page, else the monitoring endpoint", () => {
  expect(pageOfService(cluster, "shop")).toEqual({ port: 8443, scheme: "https" });
  expect(pageOfService(cluster, "meter")).toEqual({ port: 9001, scheme: "http" });
});

test("a service without either, and one that is not there, are told in one line", () => {
  expect(() => pageOfService(cluster, "quiet")).toThrow("quiet has no page: neither a public nor a monitoring endpoint");
  expect(() => pageOfService(cluster, "shpo")).toThrow(/^no service is named shpo; services: .*meter.*shop/);
});
