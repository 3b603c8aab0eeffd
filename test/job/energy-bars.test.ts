import { expect, test } from "vitest";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";
import { example } from "../errors/enclose/contained.ts";

test("models of whose energy no interval is known are refused before the run", async () => {
  for (const change of [{}, { functional: "none", smearing: "gaussian", temperature: 0.01 }])
    await expect(runScf(example("silicon", change), { errorBars: true })).rejects.toThrow(
      /errorBars: needs the functional none, smearing none and spin none, got/,
    );
  await expect(
    runScf(example("silicon", { functional: "none", dipoleCorrection: true }), { errorBars: true }),
  ).rejects.toThrow(/errorBars: needs a job without dipoleCorrection, got true/);
});
