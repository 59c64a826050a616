import { cacheFolder } from "../../setup/folders";

describe("the cache folder", () => {
  test("is the one that MINICLUSTER_CACHE names, before any other", () => {
    expect(cacheFolder({ MINICLUSTER_CACHE: "/a", XDG_CACHE_HOME: "/b", HOME: "/c" })).toBe("/a");
  });

  test("lies in the user's cache folder", () => {
    expect(cacheFolder({ XDG_CACHE_HOME: "/b", HOME: "/c" })).toBe("/b/minicluster");
    expect(cacheFolder({ XDG_CACHE_HOME: "", HOME: "/c" })).toBe("/c/.cache/minicluster");
  });
});
