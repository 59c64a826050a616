import type { Drafts } from "../drafts";
import { placeIn } from "../drafts";
import type { ServiceFileModel } from "../model";
import { type ProblemList, show } from "../problem";
import { filesOfFolder } from "../service-files";
import type { Sources } from "../sources";

const LARGEST = 1024 * 1024;

/** path -> why no file of a service goes there */
const FORBIDDEN: readonly (readonly [string, string])[] = [
  ["/etc/credentials", "minicluster writes keys and certificates there"],
  ["/etc/minicluster", "minicluster writes there"],
  ["/var/lib/minicluster", "minicluster keeps its generations there"],
  ["/usr/local/lib/minicluster", "minicluster's programs are there"],
  ["/bin", "a link on Debian; use /usr/bin"],
  ["/sbin", "a link on Debian; use /usr/sbin"],
  ["/lib", "a link on Debian; use /usr/lib or /etc"],
  ["/lib64", "a link on Debian; use /usr/lib"],
  ["/var/run", "a link on Debian, and empty after a restart"],
  ["/run", "empty after a restart; use a RuntimeDirectory"],
  ["/tmp", "empty after a restart"],
  ["/dev", "no place for files"],
  ["/proc", "no place for files"],
  ["/sys", "no place for files"],
];

/** Folders exist, files fit, paths are allowed, and no two services want different contents at one path, or a file where another has a folder. */
export function checkFiles({ services }: Drafts, sources: Sources, problems: ProblemList): void {
  const owners = new Map<string, { file: ServiceFileModel; folder: string; report: (message: string) => void }>();
  for (const service of services) {
    const folder = service.attributes.files;
    if (folder === undefined) continue;
    const report = (message: string) => problems.add({ ...placeIn(service, ["files"]), message });
    const files = filesOfFolder(sources, folder);
    if (files.length === 0) report(`the folder files/${folder} is missing or empty; create it or remove this`);
    for (const file of files) {
      const name = `files/${folder}${file.path}`;
      const why = complaint(file);
      if (why !== undefined) {
        report(`${/\p{Cc}/u.test(name) ? show(name) : name} ${why}`);
        continue;
      }
      const other = owners.get(file.path);
      if (other === undefined) owners.set(file.path, { file, folder, report });
      else if (!same(other.file, file)) {
        report(`${name} differs from files/${other.folder}${file.path}; a path has one content, keep one`);
      }
    }
  }
  for (const { file, folder, report } of owners.values()) {
    const above = parentsOf(file.path).find((parent) => owners.has(parent));
    if (above !== undefined)
      report(`files/${folder}${file.path} needs a folder where files/${owners.get(above)?.folder}${above} is a file; rename one`);
  }
}

/** `/etc`, `/etc/web` for `/etc/web/a` */
function parentsOf(path: string): string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

function complaint(file: ServiceFileModel): string | undefined {
  if (/[\p{Cc}\u2028\u2029]/u.test(file.path)) return "has a tab, line break or control character in its name; rename it";
  if (
    file.path
      .split("/")
      .slice(1)
      .some((part) => part === "" || part === "." || part === "..")
  )
    return "is no plain path; rename it";
  const forbidden = FORBIDDEN.find(([path]) => file.path === path || file.path.startsWith(`${path}/`));
  if (forbidden) return `may not go to ${forbidden[0]}: ${forbidden[1]}`;
  if (file.content.length > LARGEST) {
    return `has ${(Math.ceil((file.content.length / LARGEST) * 100) / 100).toFixed(2)} MB, 1 MB is the most; make it a package`;
  }
  return undefined;
}

function same(a: ServiceFileModel, b: ServiceFileModel): boolean {
  return a.executable === b.executable && a.content.equals(b.content);
}
