/**
 * Variables as systemd's EnvironmentFile= reads them; a shell can source the text too.
 * Every value is quoted; `\`, `"`, `$` and the backquote are escaped. Sorted by name.
 * @see systemd.exec(5), EnvironmentFile=
 */
export function environmentFile(variables: Readonly<Record<string, string>>, comment?: string): string {
  const lines = Object.keys(variables)
    .sort()
    .map((name) => `${name}="${(variables[name] ?? "").replace(/[\\"$`]/g, (c) => `\\${c}`)}"`);
  return `${[...(comment ? [`# ${comment}`] : []), ...lines].join("\n")}\n`;
}
