import { etcdMembers } from "../../cli/etcd-members";

const expected = [1, 2, 3].map((i) => ({ name: `core-${i}`, endpoint: `https://10.0.0.${i}:2379` }));

/** As etcdctl 3.6 prints it: no spaces, ids of 64 bits. */
const members =
  '{"header":{"cluster_id":14755370988396368360,"member_id":11425007208800796643,"raft_term":2},"members":[' +
  '{"ID":38712720341031407,"name":"core-2","peerURLs":["https://10.0.0.2:2380"],"clientURLs":["https://10.0.0.2:2379"]},' +
  '{"ID":11425007208800796642,"name":"core-1","peerURLs":["https://10.0.0.1:2380"],"clientURLs":["https://10.0.0.1:2379"]},' +
  '{"ID":11425007208800796643,"name":"core-3","peerURLs":["https://10.0.0.3:2380"],"clientURLs":["https://10.0.0.3:2379"]}]}';
const statusOf = (i: number, leader: string) =>
  `{"Endpoint":"https://10.0.0.${i}:2379","Status":{"header":{"member_id":${i}},"version":"3.6.16"${leader},"raftTerm":2}}`;
const status = `[${[1, 2, 3].map((i) => statusOf(i, ',"leader":11425007208800796643')).join(",")}]`;
const healthOf = (i: number, health: boolean) =>
  `{"endpoint":"https://10.0.0.${i}:2379","health":${health},"took":"7.5ms"${health ? "" : ',"error":"context deadline exceeded"'}}`;
const health = (...well: boolean[]) => `[${well.map((each, i) => healthOf(i + 1, each)).join(",")}]`;

test("three healthy members, sorted; one id more than a double holds still tells the leader", () => {
  expect(etcdMembers([{ members, status, health: health(true, true, true) }], expected)).toEqual([
    { name: "core-1", healthy: true, leader: false, learner: false, endpoint: "https://10.0.0.1:2379" },
    { name: "core-2", healthy: true, leader: false, learner: false, endpoint: "https://10.0.0.2:2379" },
    { name: "core-3", healthy: true, leader: true, learner: false, endpoint: "https://10.0.0.3:2379" },
  ]);
});

test("a dead member is unhealthy, and says why", () => {
  const [, second] = etcdMembers([{}, { members, status, health: health(true, false, true) }], expected);
  expect(second).toMatchObject({ name: "core-2", healthy: false, error: "context deadline exceeded" });
});

test("without a quorum there is no leader", () => {
  const found = etcdMembers([{ members, status: `[${statusOf(1, "")}]`, health: health(false, false, false) }], expected);
  expect(found.map((each) => [each.healthy, each.leader])).toEqual(Array(3).fill([false, false]));
});

test("a learner that never started is named by its machine; a core node that is no member is missing", () => {
  const list =
    '{"members":[{"ID":1,"name":"core-1","peerURLs":["https://10.0.0.1:2380"],"clientURLs":["https://10.0.0.1:2379"]},' +
    '{"ID":2,"name":"","peerURLs":["https://10.0.0.2:2380"],"isLearner":true}]}';
  expect(etcdMembers([{ members: list, health: health(true) }], expected).slice(1)).toEqual([
    { name: "core-2", healthy: false, leader: false, learner: true, endpoint: "", error: "never started" },
    { name: "core-3", healthy: false, leader: false, learner: false, endpoint: "https://10.0.0.3:2379", error: "not a member" },
  ]);
});

test("a member whose node left the inventory is shown, too", () => {
  const found = etcdMembers([{ members, status, health: health(true, true, true) }], expected.slice(0, 2));
  expect(found.map((each) => each.name)).toEqual(["core-1", "core-2", "core-3"]);
});

test.each([[[]], [[{}]], [[{ members: "no JSON" }, { members: "{}" }]]])("where nobody can tell, all are unhealthy: %j", (answers) => {
  const found = etcdMembers(answers, expected);
  expect(found.map((each) => each.name)).toEqual(["core-1", "core-2", "core-3"]);
  expect(found.every((each) => !each.healthy && each.error === "no core node could list the members")).toBe(true);
});
