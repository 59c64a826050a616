import { createHash } from "node:crypto";

/** Tells this checkout from others on this host, for names of labs. */
export const CHECKOUT = createHash("sha256").update(__dirname).digest("hex").slice(0, 6);
