/**
 * The providers and the versions that do, as `required_providers` has them. Wider than what the generated
 * bindings pin, so that a mirror built from source is as good as the registry.
 */
export const PROVIDER_CONSTRAINTS = {
  local: ">= 2.6, < 3",
  null: ">= 2.1, < 4",
  tls: "4.1.0",
} as const;
