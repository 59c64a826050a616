import { PayloadBuilder, PayloadError } from "../../constructs/payload/builder";

describe("a payload refuses", () => {
  test.each([
    ["a relative path", "etc/web.conf", "x", "etc/web.conf (of web): the path of a file on a node must be absolute"],
    ["a path that climbs", "/etc/../root/x", "x", "/etc/../root/x (of web): not a plain path of a file"],
    ["a folder", "/etc/", "x", "/etc/ (of web): not a plain path of a file"],
    ["a newline in a path", "/etc/a\nb", "x", '"/etc/a\\nb" (of web): control characters in a path'],
    [
      "a Terraform token",
      "/etc/web.conf",
      `key = \${TfToken[TOKEN.7]}`,
      "/etc/web.conf (of web): holds a Terraform token; what exists only at apply cannot be in a payload",
    ],
  ])("%s", (_, path, content, message) => {
    expect(() => new PayloadBuilder().add("web", path, { content })).toThrow(new PayloadError(message));
  });

  test("a path with two contents", () => {
    const builder = new PayloadBuilder();
    builder.add("web", "/etc/shared.conf", { content: "a" });
    expect(() => builder.add("api", "/etc/shared.conf", { content: "b" })).toThrow(
      "/etc/shared.conf: web and api both want it, with different content, mode or owner; a file has one owner",
    );
  });
});

test("one file of two services restarts the units of both", () => {
  const builder = new PayloadBuilder();
  builder.add("web", "/etc/shared.conf", { content: "a", restarts: ["web.service"] });
  builder.add("api", "/etc/shared.conf", { content: "a", restarts: ["api.service"], reloads: ["nginx.service"] });
  expect(builder.build()["/etc/shared.conf"]).toMatchObject({
    restarts: ["api.service", "web.service"],
    reloads: ["nginx.service"],
    mode: "0644",
  });
});

test("files are sorted by path", () => {
  const builder = new PayloadBuilder();
  for (const path of ["/b", "/a/z", "/a", "/c"]) builder.add("web", path, { content: path });
  expect(Object.keys(builder.build())).toEqual(["/a", "/a/z", "/b", "/c"]);
});
