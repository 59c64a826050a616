import type { ContributedFile, RenderContext } from "./definition";

/** The service's folder of `cloud-init/` as it is. `restarts` says which units a file of it restarts. */
export function staticFiles(context: RenderContext, restarts: (path: string) => readonly string[]): Record<string, ContributedFile> {
  return Object.fromEntries(
    [...context.files].map(([path, file]) => [
      path,
      { content: file.content, mode: file.executable ? "0755" : "0644", restarts: restarts(path) },
    ]),
  );
}
