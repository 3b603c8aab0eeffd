import { describe, expect, test } from "vitest";
import { runScf } from "../src/job/run-scf.ts";
import { agreesWith, hasShared, NO_SHARED, sharedJob, sharedNames, sharedResult } from "./reference.ts";

if (!hasShared) test.skip(NO_SHARED, () => {});

describe.runIf(hasShared)("another program agrees on energies, bands and forces of", () => {
  for (const name of sharedNames().filter((each) => each.startsWith("aluminium")))
    test(name.replaceAll("-", " "), async () => {
      await agreesWith(sharedJob(name), sharedResult(name));
    });
});

test.runIf(hasShared)("a slab of 20 aluminium atoms needs at most 14 steps as it comes", async () => {
  const result = await runScf({ ...sharedJob("aluminium-slab-10"), scf: { tolerance: { density: 1e-6 } } });
  expect(result.status).toBe("converged");
  expect(result.history.at(-1)!.densityResidual).toBeLessThan(1e-6);
  expect(result.iterations).toBeLessThanOrEqual(14);
});
