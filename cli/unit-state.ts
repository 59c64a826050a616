import type { UnitProperties } from "./inspection";

/** A state that a unit should be in: it runs, or it was there to run once and did. */
const WELL = new Set(["active", "reloading", "done"]);

/** `active`, `inactive`, `failed`, ... as systemd says it; `not-found`, `masked`; `done` for a oneshot that ended well. */
export function unitState(unit: UnitProperties | undefined): string {
  if (unit === undefined) return "unknown";
  const { LoadState = "", ActiveState = "unknown", Type, Result } = unit;
  if (ActiveState !== "active" && ["not-found", "masked", "error", "bad-setting"].includes(LoadState)) return LoadState;
  if (ActiveState === "inactive" && Type === "oneshot" && Result === "success") return "done";
  return ActiveState;
}

export function isWell(state: string): boolean {
  return WELL.has(state);
}

/** The state of several units together: the worst of them; `active` if all are well. */
export function worstState(states: readonly string[]): string {
  return states.find((state) => state === "failed") ?? states.find((state) => !isWell(state)) ?? "active";
}
