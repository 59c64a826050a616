import type { ServiceFileModel } from "./model";
import { compareText } from "./problem";
import type { Sources } from "./sources";

const ROOT = "config/files/";

/** What a folder of `files/` lays over `/`, sorted by path. Empty where the folder is missing. */
export function filesOfFolder(sources: Sources, folder: string): ServiceFileModel[] {
  const prefix = `${ROOT}${folder}/`;
  return [...sources]
    .filter(([key]) => key.startsWith(prefix))
    .map(([key, source]) => ({ path: `/${key.slice(prefix.length)}`, content: source.content, executable: source.executable }))
    .sort((a, b) => compareText(a.path, b.path));
}

/** Names of the folders of `files/`, sorted. */
export function foldersOfFiles(sources: Sources): string[] {
  const names = [...sources.keys()].filter((key) => key.startsWith(ROOT)).map((key) => key.slice(ROOT.length).split("/"));
  return [...new Set(names.filter((parts) => parts.length > 1).map((parts) => parts[0] as string))].sort(compareText);
}
