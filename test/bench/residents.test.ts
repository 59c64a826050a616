import { residents } from "../../bench/residents";

test("processes are summed by their unit, instances and slices included", () => {
  const output = [
    "/system.slice/etcd.service\t1000\t900",
    "/system.slice/system-servicereg.slice/servicereg@web.service\t10\t5",
    "/system.slice/etcd.service\t20\t10",
    "/init.scope\t300\t200",
    "/user.slice\t1\t1",
    "",
  ].join("\n");
  expect(residents(output)).toEqual([
    { unit: "etcd.service", processes: 2, rss: 1020, pss: 910 },
    { unit: "init.scope", processes: 1, rss: 300, pss: 200 },
    { unit: "servicereg@web.service", processes: 1, rss: 10, pss: 5 },
    { unit: "/user.slice", processes: 1, rss: 1, pss: 1 },
  ]);
});
