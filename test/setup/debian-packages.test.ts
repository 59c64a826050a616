import labPackages from "../../lab/packages.json";
import { missingFrom } from "../../setup/debian-packages";
import { LAB_PROGRAMS } from "../../setup/lab-prerequisites";

test("a package that was removed, or never heard of, is missing", () => {
  const listing = "nftables installed\nshellcheck config-files\n";
  expect(missingFrom(["nftables", "shellcheck", "mmdebstrap"], listing)).toEqual(["shellcheck", "mmdebstrap"]);
});

test("for every package of the lab a program is looked for, keys aside", () => {
  const withPrograms = labPackages.filter((name) => !name.endsWith("-keyring"));
  expect(Object.values(LAB_PROGRAMS)).toEqual(expect.arrayContaining(withPrograms));
});
