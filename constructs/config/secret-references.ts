import type { Drafts } from "./drafts";
import type { SecretReference } from "./model";
import { isMap } from "./schema-check";
import { isSecret } from "./services-schema";
import type { YamlDocument, YamlPath } from "./yaml-document";

/** Every `{ secret: NAME }` of checked documents with its place: the edge sees to it that there is such a secret. */
export function secretReferences({ inventory, services }: Drafts): SecretReference[] {
  const documents = [inventory?.document, ...services.map((service) => service.document)];
  return [...new Set(documents.filter((each) => each !== undefined))].flatMap((document) => referencesIn(document, document.value, []));
}

function referencesIn(document: YamlDocument, value: unknown, path: YamlPath): SecretReference[] {
  if (isSecret(value)) return [{ name: String((value as { secret: unknown }).secret), ...document.placeOf([...path, "secret"]) }];
  if (Array.isArray(value)) return value.flatMap((item, index) => referencesIn(document, item, [...path, index]));
  if (!isMap(value)) return [];
  return Object.entries(value)
    .filter(([key]) => !key.startsWith("x-"))
    .flatMap(([key, item]) => referencesIn(document, item, [...path, key]));
}
