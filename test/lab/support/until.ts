import { setTimeout as sleep } from "node:timers/promises";

/** Looks again until it is so. @returns the seconds that it took @throws Error with what was seen last */
export async function until<T>(look: () => T | Promise<T>, isSo: (seen: T) => boolean, seconds: number): Promise<number> {
  const started = performance.now();
  const passed = () => (performance.now() - started) / 1000;
  for (;;) {
    let seen: T | string;
    try {
      seen = await look();
      if (isSo(seen)) return passed();
    } catch (error) {
      seen = String(error);
    }
    if (passed() > seconds) throw new Error(`not so within ${seconds} s: ${JSON.stringify(seen, null, 1)}`);
    await sleep(500);
  }
}
