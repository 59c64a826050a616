import { configureGlobal } from "fast-check";

/**
 * The same inputs in every run, so that a failure is the change's own. To look for new ones: FC_SEED=$RANDOM npx vitest run
 * --project unit, and keep what fails as an example.
 */
configureGlobal({ seed: Number(process.env.FC_SEED ?? 20261123) });
