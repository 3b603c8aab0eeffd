import { describe, expect, test } from "vitest";
import { exactProductGridSize } from "../src/basis/grid.ts";
import { prepareScf } from "../src/job/prepare-scf.ts";
import { agreesWith, hasShared, NO_SHARED, sharedJob, sharedNames, sharedResult } from "./reference.ts";

if (!hasShared) test.skip(NO_SHARED, () => {});

describe.runIf(hasShared)("another program agrees on energies, bands and forces of", () => {
  for (const name of sharedNames().filter((each) => /^(silicon|gallium)/.test(each)))
    test(name.replaceAll("-", " "), async () => {
      const { forces } = await agreesWith(sharedJob(name), sharedResult(name));
      if (name.endsWith("forces")) expect(Math.abs(forces![0]![0])).toBeGreaterThan(1e-2);
    });
});

test.runIf(hasShared)("the default FFT grid is the one another program was given", async () => {
  for (const name of sharedNames()) {
    const { problem, job } = await prepareScf(sharedJob(name));
    const size = exactProductGridSize(problem.basis.model.lattice.vectors, job.ecut);
    expect(size, name).toEqual(sharedResult(name).fftSize);
  }
});
