import type { Inspection } from "../inspection";

/**
 * How far a node's clock is off, from when it was asked and when its answer came.
 * @param asked,answered milliseconds since the epoch, by the operator's clock
 */
export function clockOffset(inspection: Inspection, asked: number, answered: number): { offset: number; uncertainty: number } | undefined {
  const clock = inspection.facts.find(([kind]) => kind === "clock")?.[1];
  if (clock === undefined) return undefined;
  return { offset: Number(clock) - (asked + answered) / 2000, uncertainty: (answered - asked) / 2000 };
}
