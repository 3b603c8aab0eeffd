import { expect, test } from "vitest";
import type { Vec3 } from "../../src/common/vec3.ts";
import type { GroundState } from "../../src/ground/ground-state.ts";
import { solve } from "../../src/job/tasks/scf/solve.ts";
import { magnetisation } from "../../src/observables/magnetisation.ts";
import type { Corrected } from "../../src/refine/parts.ts";
import { close } from "../close.ts";
import { ANTIFERROMAGNET, IRON } from "../job/spin-systems.ts";
import { to } from "../systems.ts";

const momentsOf = ({ magnetisation: m, basis }: GroundState) => magnetisation(m!.data, basis.grid.dvol);
/** Share of the error that the correction leaves. */
const left = (
  { raw, corrected }: Pick<Corrected<readonly Vec3[]>, "raw" | "corrected">,
  right: readonly Vec3[],
) => {
  const apart = (rows: readonly Vec3[]) => Math.hypot(...rows.flat().map((x, i) => x - right.flat()[i]!));
  return apart(corrected) / apart(raw);
};
const [first, second] = ANTIFERROMAGNET.structure.atoms;
const DISPLACED = {
  ...ANTIFERROMAGNET,
  structure: {
    ...ANTIFERROMAGNET.structure,
    atoms: [{ ...first!, position: [0.013, 0.007, -0.01] }, second],
  },
};

test("the k-points' part of iron is the difference from a run on twice the divisions", async () => {
  const job = to(1e-7, { ...IRON, stress: true });
  await using run = await solve(job);
  await using truth = await solve({ ...job, kgrid: [4, 4, 4] });
  expect(momentsOf(run).total - momentsOf(truth).total).toBeGreaterThan(0.1);
  const { kpoints } = await run.errors({ cutoff: IRON.ecut, without: ["smearing"] });
  close(kpoints!.energy / (run.energies.total - truth.energies.total), 1, 0.01, "of the energy");
  expect(left(kpoints!.stress!, await truth.stress())).toBeLessThan(0.02);
});

// On 8x8x8 iron of this cutoff has lost its moment.
test("a moment that a denser grid does not have is said to be in doubt", async () => {
  await using run = await solve(to(1e-7, { ...IRON, kgrid: [4, 4, 4] }));
  const { parts, warnings } = await run.errors({ cutoff: IRON.ecut, without: ["smearing"] });
  expect(parts.kpoints.energy).toMatchObject({ doubt: expect.stringMatching(/8x8x8 did not converge/) });
  expect(warnings.join()).toMatch(/the density on 8x8x8 did not converge in 8 steps/);
});

test("of an antiferromagnet the parts of SCF and eigensolver are what a stopped run lacks", async () => {
  await using early = await solve(to(1e-3, { ...DISPLACED, stress: true }));
  await using late = await solve(to(1e-8, { ...DISPLACED, stress: true }));
  const { total, absolute } = momentsOf(late);
  expect(Math.abs(total)).toBeLessThan(0.01);
  expect(absolute).toBeGreaterThan(4);
  const { parts, total: found } = await early.errors({
    cutoff: DISPLACED.ecut,
    without: ["kpoints", "smearing"],
  });
  const errors = [parts.scf.energy, parts.eigensolver.energy].map((part) =>
    "error" in part ? part.error : NaN,
  );
  close((errors[0]! + errors[1]!) / (early.energies.total - late.energies.total), 1, 0.01, "of the energy");
  expect(left(found.forces!, await late.forces())).toBeLessThan(0.01);
  expect(left(found.stress!, await late.stress())).toBeLessThan(0.01);
});
