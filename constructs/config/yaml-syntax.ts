import type { YAMLError } from "yaml";

const MESSAGES: Partial<Record<YAMLError["code"], string>> = {
  TAB_AS_INDENT: "a tab in the indentation; use spaces",
  MULTIPLE_DOCS: "a second document starts here; keep one per file",
  TAG_RESOLVE_FAILED: "an unknown tag (!name); write the plain value",
};

/** The parser's own words where we have no shorter ones. */
export function syntaxMessage(error: YAMLError): string {
  return MESSAGES[error.code] ?? `YAML is broken here: ${error.message}`;
}
