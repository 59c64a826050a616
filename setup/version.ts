/** Whether a dotted version is not older than another; what follows the numbers (`-rc1`) is ignored. */
export function isAtLeast(version: string, minimum: string): boolean {
  const have = numbers(version);
  const want = numbers(minimum);
  for (const [index, number] of want.entries()) {
    const other = have[index] ?? 0;
    if (other !== number) return other > number;
  }
  return have.length > 0;
}

function numbers(version: string): number[] {
  const digits = /^\d+(\.\d+)*/.exec(version)?.[0];
  return digits ? digits.split(".").map(Number) : [];
}
