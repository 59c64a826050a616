import type { HostKey } from "../../cli/host-keys";
import { keysToKeep, missingForTerraform, readAnswer, standingOf } from "../../cli/trust-decision";

const key = (type: string, name: string): HostKey => ({ type, text: `${type} ${name}`, fingerprint: `SHA256:${name}` });
const ecdsa = key("ecdsa-sha2-nistp256", "ecdsa1");
const ed25519 = key("ssh-ed25519", "ed1");
const otherEcdsa = key("ecdsa-sha2-nistp256", "ecdsa2");
const otherEd25519 = key("ssh-ed25519", "ed2");
const shown = [ecdsa, ed25519];

describe("what is known before anybody is asked", () => {
  test("nothing", () => expect(standingOf(shown, [])).toEqual({ kind: "new" }));
  test("one of the keys: it can vouch for the others", () =>
    expect(standingOf(shown, [ed25519])).toEqual({ kind: "known", confirmed: ed25519 }));
  test("a kind that is no longer shown contradicts nothing", () =>
    expect(standingOf([ed25519], [ecdsa, ed25519])).toEqual({ kind: "known", confirmed: ed25519 }));
  test("other keys: the machine is another", () =>
    expect(standingOf(shown, [otherEcdsa, otherEd25519])).toMatchObject({ kind: "changed" }));
  test("one key of two is another: not to be waved through", () =>
    expect(standingOf([otherEcdsa, ed25519], [ecdsa, ed25519])).toMatchObject({ kind: "changed" }));
});

describe("a person's answer", () => {
  test("yes is for all that was shown", () => expect(readAnswer("y", shown)).toEqual(shown));
  test("a fingerprint is for one", () => expect(readAnswer("SHA256:ed1", shown)).toEqual([ed25519]));
  test.each(["", "n", "no", "SHA256:ed2", "yep"])("%j is no", (answer) => expect(readAnswer(answer, shown)).toEqual([]));
});

test("where login fails, confirmed keys and known ones that are still shown stay", () => {
  expect(keysToKeep([ed25519], shown, [otherEcdsa])).toEqual([ed25519]);
  expect(keysToKeep([ed25519], shown, [ecdsa])).toEqual(shown);
});

test("a deploy needs the first key that the machine shows", () => {
  expect(missingForTerraform([ed25519], shown)).toBe(ecdsa);
  expect(missingForTerraform([ecdsa], shown)).toBeUndefined();
});
