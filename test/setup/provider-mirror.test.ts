import { mirrorPath, parseAddresses } from "../../setup/provider-mirror";
import { readRecipe } from "../../setup/recipe";

const LISTING = `
Providers required by configuration:
.
├── provider[registry.example.org/hashicorp/null] >= 2.1.0, < 4.0.0
└── provider[registry.example.org/hashicorp/tls] 4.1.0
`;

test("addresses are read from terraform's own listing", () => {
  expect([...parseAddresses(LISTING)]).toEqual([
    ["null", "registry.example.org/hashicorp/null"],
    ["tls", "registry.example.org/hashicorp/tls"],
  ]);
});

test("a mirror has the unpacked layout", () => {
  const recipe = readRecipe("terraform-provider-tls");
  expect(mirrorPath(recipe, "registry.example.org/hashicorp/tls")).toMatch(
    /^registry\.example\.org\/hashicorp\/tls\/4\.1\.0\/[a-z]+_a[mr][dm]64\/terraform-provider-tls_v4\.1\.0_x5$/,
  );
});
