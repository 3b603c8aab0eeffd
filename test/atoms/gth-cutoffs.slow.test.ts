import { expect, test } from "vitest";
import { bulk } from "../../src/build/bulk.ts";
import { newJob } from "../../src/job/new-job.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";

test.each([
  ["Na", 1],
  ["Al", 3],
])(
  "crystals of %s are as near to their limit as the atom: within 30 meV an electron",
  async (name, electrons) => {
    const job = newJob(bulk(name), { kgrid: [2, 2, 2] });
    const energyAt = async (ecut: number) => (await runScf({ ...job, ecut })).energies.total;
    const error = (await energyAt(job.ecut)) - (await energyAt(2 * job.ecut));
    expect(error).toBeGreaterThan(0);
    expect((27.2114 * error) / electrons).toBeLessThan(0.03);
  },
);
