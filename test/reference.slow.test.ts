import { describe, expect, test } from "vitest";
import { exactProductGridSize } from "../src/basis/grid.ts";
import { prepareScf } from "../src/job/prepare/prepare-scf.ts";
import { agreesWith, isSmall, referenceJob, referenceNames, referenceResult } from "./reference.ts";

describe("ABINIT agrees on energies, bands and forces of", () => {
  for (const name of referenceNames.filter(isSmall))
    test(name.replaceAll("-", " "), async () => {
      const { forces } = await agreesWith(referenceJob(name), referenceResult(name));
      if (name.endsWith("forces")) expect(Math.abs(forces![0]![0])).toBeGreaterThan(1e-2);
    });
});

test("the default FFT grid is the one ABINIT was given", async () => {
  const byDefault = referenceNames.filter((name) => !("fftSize" in referenceJob(name)));
  expect(byDefault.length).toBeGreaterThan(10);
  for (const name of byDefault) {
    const { problem, job } = await prepareScf(referenceJob(name));
    const size = exactProductGridSize(problem.basis.model.lattice.vectors, job.ecut);
    expect(size, name).toEqual(referenceResult(name).fftSize);
  }
});
