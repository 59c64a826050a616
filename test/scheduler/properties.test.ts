import fc from "fast-check";
import { type ClusterModel, hasVolumes, listeningPorts, nodesOfGroup } from "../../constructs/config/model";
import { type Placement, type PlacementRecord, place, recordOf } from "../../constructs/scheduler";
import { everyAssignment, type Hosts, isFeasible } from "./brute-force";
import { modelArbitrary, modest, modestArbitrary, nodeArbitrary, serviceArbitrary } from "./generators";
import { cluster, loads, node, placed, rejected, service } from "./models";

const everything = { troubles: true, ports: true };

/** Runs a property on clusters that can be placed, and fails if hardly any of them could. */
function onPlaced(wild: object, check: (model: ClusterModel, placement: Placement, seed: number) => void, runs = 300) {
  let placements = 0;
  fc.assert(
    fc.property(modestArbitrary(wild), fc.nat(), (model, seed) => {
      const result = place(model);
      if (!result.ok) return;
      placements++;
      check(model, result.placement, seed);
    }),
    { numRuns: runs },
  );
  expect(placements).toBeGreaterThan(runs / 4);
}

function shuffled<T>(items: readonly T[], seed: number): T[] {
  return items
    .map((item, i) => ({ item, key: Math.imul(seed + i + 1, 2654435761) >>> 0 }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

function expectLegal(model: ClusterModel, placement: Placement) {
  const claims = new Set<string>();
  expect(Object.keys(placement.hosts)).toEqual(model.services.map((s) => s.name).sort());
  for (const service of model.services) {
    const hosts = placement.hosts[service.name] ?? [];
    const group = nodesOfGroup(model.nodes, service.schedulingGroup);
    expect(hosts).toEqual([...new Set(hosts)].sort());
    if (service.numInstances === "all") {
      expect(hosts).toEqual(group.map((n) => n.name).sort());
    } else {
      const open = group.filter((n) => !n.drain).map((n) => n.name);
      expect(hosts.length).toBe(service.embedded ? Math.min(service.numInstances, open.length) : service.numInstances);
      for (const host of hosts) expect(open).toContain(host);
    }
    for (const host of hosts) {
      for (const port of listeningPorts(service)) {
        expect(claims).not.toContain(`${host}:${port}`);
        claims.add(`${host}:${port}`);
      }
    }
  }
}

/** Moves and reasons say exactly what happened. */
function expectExplained(model: ClusterModel, placement: Placement, previous: PlacementRecord) {
  const names = [...new Set([...Object.keys(previous.services), ...Object.keys(placement.hosts)])].sort();
  const differing = names.flatMap((name) => {
    const before = previous.services[name]?.hosts ?? [];
    const after = placement.hosts[name] ?? [];
    const from = before.filter((host) => !after.includes(host));
    const to = after.filter((host) => !before.includes(host));
    return from.length + to.length === 0 ? [] : [{ service: name, from, to }];
  });
  expect(placement.moves.map(({ service, from, to }) => ({ service, from, to }))).toEqual(differing);
  for (const move of placement.moves) expect(move.why).not.toMatch(/^$|the record held other hosts|had no instance/);
  const limited = model.services.filter((s) => s.numInstances !== "all").map((s) => s.name);
  const instances = limited.sort().flatMap((name) => (placement.hosts[name] ?? []).map((host) => `${name}@${host}`));
  expect(placement.reasons.map((r) => `${r.service}@${r.host}`)).toEqual(instances);
  for (const { service, host, reason } of placement.reasons) {
    const kept = previous.services[service]?.hosts.includes(host) === true;
    expect(reason === "kept from the record").toBe(kept);
  }
}

describe("any placement", () => {
  test("is legal", () => {
    onPlaced(everything, expectLegal);
  });

  test("is the same for the same model in another order", () => {
    fc.assert(
      fc.property(modelArbitrary(everything), modelArbitrary(everything), fc.nat(), (model, other, seed) => {
        const mixed = cluster(shuffled(model.nodes, seed), shuffled(model.services, seed + 7));
        expect(place(mixed)).toEqual(place(model));
        const before = place(other);
        if (!before.ok) return;
        const record = recordOf(other, before.placement);
        const services = Object.fromEntries(
          shuffled(Object.entries(record.services), seed).map(([name, entry]) => [name, { ...entry, hosts: shuffled(entry.hosts, seed) }]),
        );
        expect(place(mixed, { ...record, nodes: shuffled(record.nodes, seed), services })).toEqual(place(model, record));
      }),
      { numRuns: 300 },
    );
  });

  test("is legal and explained after any change", () => {
    let placements = 0;
    fc.assert(
      fc.property(modestArbitrary(everything), modestArbitrary(everything), (before, after) => {
        const first = place(before);
        if (!first.ok) return;
        const previous = recordOf(before, first.placement);
        const second = place(after, previous);
        if (!second.ok) return;
        placements++;
        expectLegal(after, second.placement);
        expectExplained(after, second.placement, previous);
      }),
      { numRuns: 1000 },
    );
    expect(placements).toBeGreaterThan(100);
  });
});

describe("assignments change only when they must", () => {
  test("an unchanged model moves nothing", () => {
    onPlaced(everything, (model, placement) => {
      const again = placed(model, recordOf(model, placement));
      expect(again.hosts).toEqual(placement.hosts);
      expect(again.moves).toEqual([]);
    });
  });

  test("removing, draining or taking a node out of its groups moves only its instances", () => {
    let placements = 0;
    onPlaced(everything, (model, placement, seed) => {
      const gone = model.nodes[seed % model.nodes.length];
      if (gone === undefined) return;
      const changes = [
        model.nodes.filter((n) => n !== gone),
        model.nodes.map((n) => (n === gone ? { ...n, drain: true } : n)),
        model.nodes.map((n) => (n === gone ? { ...n, groups: [] } : n)),
      ];
      for (const nodes of changes) {
        const result = place(cluster(nodes, model.services), recordOf(model, placement));
        if (!result.ok) continue;
        placements++;
        for (const service of model.services) {
          const after = result.placement.hosts[service.name] ?? [];
          for (const host of placement.hosts[service.name] ?? []) if (host !== gone.name) expect(after).toContain(host);
        }
      }
    });
    expect(placements).toBeGreaterThan(50);
  });

  test("a service with volumes never leaves a node silently", () => {
    onPlaced({}, (model, placement, seed) => {
      const gone = model.nodes[seed % model.nodes.length];
      const withData = model.services.filter(
        (s) => s.numInstances !== "all" && !s.embedded && hasVolumes(s) && placement.hosts[s.name]?.includes(gone?.name ?? ""),
      );
      const result = place(
        cluster(
          model.nodes.filter((n) => n !== gone),
          model.services,
        ),
        recordOf(model, placement),
      );
      if (withData.length === 0) return;
      const found = rejected(result);
      for (const service of withData) {
        const rejection = found.find((r) => r.service === service.name);
        expect(rejection?.message).toContain(`/srv/${service.name}`);
        expect(rejection?.message).toContain(gone?.name);
      }
    });
  });

  test("adding services moves nothing else, or is refused", () => {
    let placements = 0;
    let refusals = 0;
    fc.assert(
      fc.property(
        modestArbitrary(everything),
        fc.array(serviceArbitrary("added", everything), { minLength: 1, maxLength: 2 }),
        (model, added) => {
          const first = place(model);
          if (!first.ok) return;
          const named = added.map((one, i) => ({ ...one, name: `${i === 0 ? "a" : "z"}-added` }));
          const result = place(cluster(model.nodes, [...model.services, ...named]), recordOf(model, first.placement));
          if (result.ok) {
            placements++;
            expect(result.placement.hosts).toMatchObject(first.placement.hosts);
            expect(result.placement.moves.every((move) => move.why === "new service")).toBe(true);
          } else {
            refusals++;
            const old = new Set(model.services.map((s) => s.name));
            expect(result.rejections.filter((r) => old.has(r.service))).toEqual([]);
          }
        },
      ),
      { numRuns: 600 },
    );
    expect(placements).toBeGreaterThan(100);
    expect(refusals).toBeGreaterThan(20);
  });

  test("removing a service moves nothing else", () => {
    onPlaced(everything, (model, placement, seed) => {
      const rest = model.services.filter((_, i) => i !== seed % model.services.length);
      const after = placed(cluster(model.nodes, rest), recordOf(model, placement));
      for (const service of rest) expect(after.hosts[service.name]).toEqual(placement.hosts[service.name]);
    });
  });

  test("changing one service's num_instances or group moves nothing else", () => {
    onPlaced(everything, (model, placement, seed) => {
      const chosen = model.services[seed % model.services.length];
      if (chosen === undefined) return;
      const services = model.services.map((s) =>
        s === chosen ? { ...s, numInstances: seed % 5 === 0 ? ("all" as const) : 1 + (seed % 3), schedulingGroup: "all" } : s,
      );
      const result = place(cluster(model.nodes, services), recordOf(model, placement));
      if (!result.ok) return;
      expect({ ...result.placement.hosts, [chosen.name]: [] }).toEqual({ ...placement.hosts, [chosen.name]: [] });
    });
  });

  test("adding nodes moves instances only onto them, within the bound, and only of services that may move", () => {
    let moved = 0;
    let placements = 0;
    fc.assert(
      fc.property(
        modestArbitrary({ troubles: true, maxNodes: 5, maxServices: 20 }),
        fc.tuple(nodeArbitrary("added-1", everything), nodeArbitrary("added-2", everything)),
        (model, added) => {
          const first = place(model);
          if (!first.ok) return;
          const larger = cluster([...model.nodes, ...added], model.services);
          const result = place(larger, recordOf(model, first.placement));
          if (!result.ok) return;
          placements++;
          expectLegal(larger, result.placement);
          const arrivals = new Map(added.map((n) => [n.name, 0]));
          let instances = 0;
          for (const service of model.services) {
            if (service.numInstances === "all") continue;
            const before = first.placement.hosts[service.name] ?? [];
            const after = result.placement.hosts[service.name] ?? [];
            const left = before.filter((host) => !after.includes(host)).length;
            const came = after.filter((host) => !before.includes(host));
            instances += after.length;
            for (const host of came) expect(arrivals.has(host)).toBe(true);
            if (!service.rebalance || hasVolumes(service)) expect(left).toBe(0);
            // More may come than leave: an embedded service whose group was too small has room now.
            if (came.length > left) expect(service.embedded).toBe(true);
            else for (const host of came) arrivals.set(host, (arrivals.get(host) ?? 0) + 1);
            moved += left;
          }
          const bound = Math.floor(instances / larger.nodes.length);
          for (const count of arrivals.values()) expect(count).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 600 },
    );
    expect(placements).toBeGreaterThan(100);
    expect(moved).toBeGreaterThan(50);
  });
});

describe("the load", () => {
  test("without a record the spread within a group is at most 1 where groups do not overlap", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("red", "blue"), { minLength: 2, maxLength: 12 }), fc.nat(), (groups, seed) => {
        const nodes = groups.map((group, i) => node(`node-${i}`, { groups: [group] }));
        const services = Array.from({ length: seed % 30 }, (_, i) => {
          const schedulingGroup = (seed >> i) & 1 ? "red" : "blue";
          return service(`service-${i}`, { schedulingGroup, numInstances: 1 + ((seed >> (i + 1)) % 4) });
        });
        const model = cluster(nodes, modest(nodes, services));
        const load = loads(model, placed(model));
        for (const group of ["red", "blue"]) expect(spread(nodesOfGroup(nodes, group), load)).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test("where groups overlap the spread is at most 1 whenever any assignment achieves it", () => {
    let achievable = 0;
    fc.assert(
      fc.property(modestArbitrary({ maxNodes: 4, maxServices: 5 }), (model) => {
        const groups = [...new Set(model.services.filter((s) => s.numInstances !== "all").map((s) => s.schedulingGroup))];
        const even = (load: Map<string, number>) => groups.every((group) => spread(nodesOfGroup(model.nodes, group), load) <= 1);
        for (const hosts of everyAssignment(model)) {
          if (!even(loads(model, { hosts: Object.fromEntries(hosts), reasons: [], moves: [] }))) continue;
          achievable++;
          expect(even(loads(model, placed(model)))).toBe(true);
          return;
        }
      }),
      { numRuns: 500 },
    );
    expect(achievable).toBeGreaterThan(200);
  });

  test("nodes known to be down get instances only where there is no other", () => {
    onPlaced({ troubles: true }, (model, placement) => {
      for (const service of model.services) {
        if (service.numInstances === "all") continue;
        const hosts = placement.hosts[service.name] ?? [];
        const up = nodesOfGroup(model.nodes, service.schedulingGroup).filter((n) => !n.drain && !n.skip);
        const onDown = hosts.filter((host) => !up.some((n) => n.name === host)).length;
        expect(onDown).toBe(Math.max(0, hosts.length - up.length));
      }
    });
  });
});

describe("a rejection is right", () => {
  const tiny = { ...everything, maxNodes: 4, maxServices: 5 };

  test("without a record: exactly when trying everything finds nothing", () => {
    const seen = { ok: 0, rejected: 0 };
    fc.assert(
      fc.property(fc.oneof(modelArbitrary(tiny), modestArbitrary(tiny)), (model) => {
        const result = place(model);
        seen[result.ok ? "ok" : "rejected"]++;
        expect(result.ok).toBe(isFeasible(model));
        if (!result.ok) expectComplete(model, result.rejections);
      }),
      { numRuns: 2000 },
    );
    expect(Math.min(seen.ok, seen.rejected)).toBeGreaterThan(200);
  });

  test("with a record: exactly when nothing is found that leaves the others where they are", () => {
    const seen = { ok: 0, rejected: 0 };
    fc.assert(
      fc.property(modestArbitrary(tiny), fc.array(serviceArbitrary("x", everything), { minLength: 1, maxLength: 3 }), (model, added) => {
        const first = place(model);
        if (!first.ok) return;
        const fixed: Hosts = new Map(Object.entries(first.placement.hosts));
        const larger = cluster(model.nodes, [...model.services, ...added.map((s, i) => ({ ...s, name: `x-${i}` }))]);
        const result = place(larger, recordOf(model, first.placement));
        seen[result.ok ? "ok" : "rejected"]++;
        expect(result.ok).toBe(isFeasible(larger, fixed));
        if (!result.ok) expectComplete(larger, result.rejections);
      }),
      { numRuns: 1000 },
    );
    expect(Math.min(seen.ok, seen.rejected)).toBeGreaterThan(100);
  });

  function expectComplete(model: ClusterModel, rejections: ReturnType<typeof rejected>) {
    for (const rejection of rejections) {
      expect(rejection.message).not.toBe("");
      expect(rejection.nodes.map((n) => n.node)).toEqual(model.nodes.map((n) => n.name).sort());
      for (const { why } of rejection.nodes) expect(why).not.toBe("");
    }
  }
});

function spread(nodes: readonly { name: string }[], load: Map<string, number>): number {
  const counts = nodes.map((n) => load.get(n.name) ?? 0);
  return counts.length === 0 ? 0 : Math.max(...counts) - Math.min(...counts);
}
