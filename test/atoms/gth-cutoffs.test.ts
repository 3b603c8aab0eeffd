import { expect, test } from "vitest";
import { ELEMENTS } from "../../src/atoms/elements.ts";
import { gthCutoffs } from "../../src/atoms/gth/gth-cutoffs.ts";
import { findGth, GTH_FAMILIES, gthCharges } from "../../src/atoms/gth/gth-table.ts";
import { bulk } from "../../src/build/bulk.ts";
import { newJob, suggestedCutoff } from "../../src/job/new-job.ts";
import { runScf } from "../../src/job/tasks/scf/run-scf.ts";

const ALL = GTH_FAMILIES.flatMap((family) =>
  ELEMENTS.flatMap((element) =>
    gthCharges(element, family).map((charge) => findGth(element, `${family}-q${charge}`)),
  ),
);

test("every shipped entry has a suggested cutoff, above the low one", () => {
  expect(ALL.length).toBeGreaterThan(200);
  for (const p of ALL) {
    const { suggested, low } = gthCutoffs(p)!;
    expect(low).toBeGreaterThanOrEqual(1);
    expect(suggested).toBeGreaterThan(low);
    expect(suggested % 5).toBe(0);
  }
});

test("within a family sharper Gaussians ask for more: fluorine more than oxygen, nitrogen, carbon", () => {
  for (const family of GTH_FAMILIES) {
    const cutoffs = ["C", "N", "O", "F"].map((element) => suggestedCutoff([element], family));
    expect([...cutoffs].sort((a, b) => a - b)).toEqual(cutoffs);
    expect(suggestedCutoff(["C", "F", "O"], family)).toBe(cutoffs[3]);
  }
});

test("a potential of one's own under a shipped name has none", () => {
  const shipped = findGth("Si", "gth-lda");
  expect(gthCutoffs(shipped)).toBeDefined();
  expect(gthCutoffs({ ...shipped, rloc: 0.43 })).toBeUndefined();
  expect(gthCutoffs({ ...shipped, name: "mine" })).toBeUndefined();
});

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
