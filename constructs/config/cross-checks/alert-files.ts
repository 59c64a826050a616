import { ruleFile, rules } from "../alert-rules";
import { type Drafts, placeIn } from "../drafts";
import { type ProblemList, show } from "../problem";
import { check, isMap } from "../schema-check";
import type { Sources } from "../sources";
import { YamlDocument } from "../yaml-document";

/** Files of `alerts` exist and have the shape of rules for Prometheus; each file is read once. */
export function checkAlertFiles({ services }: Drafts, sources: Sources, problems: ProblemList): void {
  const read = new Set<string>();
  for (const service of services) {
    const file = service.attributes.alerts;
    if (file === undefined) continue;
    const source = sources.get(`config/${file}`);
    if (source === undefined) {
      const message = `${show(file)} is not in the configuration folder; create it or remove this`;
      problems.add({ ...placeIn(service, ["alerts"]), message });
    } else if (!read.has(file)) {
      read.add(file);
      const document = YamlDocument.parse(file, source.content, problems);
      if (document) checkRules(document, problems);
    }
  }
}

function checkRules(document: YamlDocument, problems: ProblemList): void {
  if (!isMap(document.value)) {
    problems.add({ ...document.placeOf([]), message: `expected a map with groups, found ${show(document.value)}` });
    return;
  }
  const { value, original } = check(ruleFile, document.value, document, [], problems);
  const names = new Map<string, number>();
  for (const [index, group] of (value.groups ?? []).entries()) {
    const path = original(["groups", index]);
    const first = names.get(group.name);
    const place = document.placeOf([...path, "name"]);
    if (first !== undefined) problems.add({ ...place, message: `${show(group.name)} is on line ${first} already; choose another` });
    else names.set(group.name, place.line);
    for (const [number, rule] of group.rules.entries()) {
      const at = [...path, "rules", number];
      if (!isMap(rule)) problems.add({ ...document.placeOf(at), message: `expected a map with alert or record, found ${show(rule)}` });
      else if ("record" in rule) check(rules.record, rule, document, at, problems);
      else check(rules.alert, rule, document, at, problems);
    }
  }
}
