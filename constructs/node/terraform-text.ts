/**
 * Text as Terraform must read it to mean itself: `${` and `%{` are openings of its template language.
 * For plain text only: on a string that holds a token it would break the token.
 */
export function terraformText(text: string): string {
  return text.replace(/[$%]\{/g, (open) => `${open[0]}${open}`);
}
