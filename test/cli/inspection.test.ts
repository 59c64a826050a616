import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspectionScript } from "../../cli/inspect";
import { InspectionError, parseInspection } from "../../cli/inspection";
import type { Payload, PayloadFile } from "../../constructs/payload/payload";

const sha = (text: string) => createHash("sha256").update(text).digest("hex");

describe("reading what a node says", () => {
  const output = [
    "Welcome to core-1!",
    "minicluster-inspection\t1",
    "unfinished",
    "generation\t7\t1767268800",
    `manifest\tdigest\t${"d".repeat(64)}`,
    `manifest\tfile\t/a b\t${sha("x")}\t0644\troot\troot\tweb.service\t-`,
    "manifest\tunit\tweb.service\tweb,api",
    "manifest\thealth\tweb.service\t30\ttrue",
    "disk\t/a b\tregular file\t644\troot\troot\t1",
    `sum\t${sha("y")}\t/a b`,
    "sum\tgone\t/gone",
    `content\t/a b\t${Buffer.from("y").toString("base64")}`,
    "unit\tweb.service\tLoadState=loaded",
    "unit\tweb.service\tResult=exit=code",
    `certificate\t/c\t${Buffer.from("PEM").toString("base64")}`,
    'etcd\tmembers\t{"members":[]}',
    "end",
    "",
  ];

  test("every kind of line", () => {
    const found = parseInspection(output.join("\n"));
    expect(found.committed).toMatchObject({ generation: 7, activated: new Date("2026-01-01T12:00:00Z") });
    expect(found.committed?.manifest.files.get("/a b")).toMatchObject({ sha256: sha("x"), restarts: "web.service", reloads: "-" });
    expect(found.committed?.manifest.units.get("web.service")).toEqual(["web", "api"]);
    expect(found.committed?.manifest.health).toEqual(["web.service 30 true"]);
    expect(found.unfinished).toBe(true);
    expect(Object.fromEntries(found.disk)).toEqual({
      "/a b": { type: "regular file", mode: "0644", owner: "root", group: "root", size: 1, sha256: sha("y"), content: Buffer.from("y") },
    });
    expect(found.units.get("web.service")).toEqual({ LoadState: "loaded", Result: "exit=code" });
    expect(found.certificates).toEqual([{ path: "/c", pem: "PEM" }]);
    expect(found.etcd).toEqual({ members: '{"members":[]}' });
  });

  test.each([
    ["cut short", output.slice(0, -2)],
    ["another program", ["This account is not available."]],
    ["nothing", []],
  ])("%s is an error", (_, lines) => expect(() => parseInspection(lines.join("\n"))).toThrow(InspectionError));
});

describe("the script itself", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "minicluster-test-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (content: string): PayloadFile => ({
    content: Buffer.from(content),
    mode: "0644",
    owner: "root",
    group: "root",
    restarts: [],
    reloads: [],
    confirm: false,
  });
  const payload = (files: Record<string, string>): Payload => ({
    node: "n",
    files: Object.fromEntries(Object.entries(files).map(([path, content]) => [path, file(content)])),
    units: [],
    verify: [],
    health: [],
    credentials: [],
    secrets: [],
    packages: [],
    masked: [],
    artifacts: [],
    instances: [],
  });
  const inspect = (wanted: Payload) => {
    const { stdout, status } = spawnSync("sh", ["-s"], { input: inspectionScript(wanted, "contents"), encoding: "utf8" });
    expect(status).toBe(0);
    return parseInspection(stdout);
  };

  test("sends the contents of files that differ, and of no others", () => {
    const path = (name: string) => join(folder, name);
    for (const [name, content] of [
      ["same", "s"],
      ["edited", "mine\n"],
      ["it's a $HOME", "q"],
    ])
      writeFileSync(path(name as string), content as string);
    writeFileSync(path("large"), Buffer.alloc(1024 * 1024 + 1));
    mkdirSync(path("folder"));
    symlinkSync(path("same"), path("link"));
    const names = ["same", "edited", "it's a $HOME", "large", "folder", "link", "missing"];
    const { disk, committed } = inspect(payload(Object.fromEntries(names.map((name) => [path(name), "s"]))));

    expect(committed).toBeUndefined();
    expect(disk.get(path("same"))).toMatchObject({ type: "regular file", sha256: sha("s") });
    expect(disk.get(path("edited"))?.content?.toString()).toBe("mine\n");
    expect(disk.get(path("it's a $HOME"))?.content?.toString()).toBe("q");
    expect(disk.get(path("folder"))?.type).toBe("directory");
    expect(disk.get(path("link"))).toMatchObject({ type: "symbolic link" });
    for (const name of ["same", "large", "folder", "link"]) expect(disk.get(path(name))).not.toHaveProperty("content");
    expect(disk.has(path("missing"))).toBe(false);
  });

  test("the same by another name is the name's own", () => {
    writeFileSync(join(folder, "a"), "1");
    writeFileSync(join(folder, "b"), "2");
    const { disk } = inspect(payload({ [join(folder, "a")]: "2", [join(folder, "b")]: "1" }));
    expect(disk.get(join(folder, "a"))?.content?.toString()).toBe("1");
    expect(disk.get(join(folder, "b"))?.content?.toString()).toBe("2");
  });
});

test("names of units reach the shell as one word", () => {
  const wanted = { ...({} as Payload), files: {}, units: [{ name: "a@'; touch x.service", services: [] }] };
  expect(inspectionScript(wanted, "status").split("\n")[0]).toBe(`units='a@'\\''; touch x.service'`);
});
