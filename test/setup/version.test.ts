import { isAtLeast } from "../../setup/version";

test.each([
  ["1.10.0", "1.10", true],
  ["1.9.8", "1.10", false],
  ["2.0", "1.10", true],
  ["1.10", "1.10.1", false],
  ["1.26.0-rc.1", "1.26", true],
  ["devel", "1.0", false],
  ["", "1.0", false],
])("is %s at least %s: %s", (version, minimum, expected) => {
  expect(isAtLeast(version, minimum)).toBe(expected);
});
