import { expect, test } from "vitest";
import { groundState } from "../../src/ground/find-ground-state.ts";
import { prepareScf } from "../../src/job/prepare/prepare-scf.ts";
import { externalPotential } from "../../src/terms/external/external.ts";
import type { Term } from "../../src/terms/term.ts";
import { closeArrays } from "../close.ts";
import { SILICON, to } from "../systems.ts";

test("a term of one's own in a crystal is in its bands, and in what error bars enclose", async () => {
  const { problem, options } = await prepareScf(to(1e-7, { ...SILICON, kgrid: [1, 1, 1], ecut: 4 }));
  const constant: Term = {
    ...externalPotential(problem.basis.grid, () => 0.125),
    name: "constant",
  };
  const plain = await groundState(problem, options);
  const raised = await groundState({ ...problem, terms: [...problem.terms, constant] }, options);
  const [a, b] = [
    await plain.bands([[0, 0, 0]], { bands: 4, errorBars: true }),
    await raised.bands([[0, 0, 0]], { bands: 4, errorBars: true }),
  ];
  closeArrays(
    b.energies[0]!,
    a.energies[0]!.map((e) => e + 0.125),
    1e-7,
  );
  expect(b.kpoints[0]!.bands.every(({ guaranteed }) => guaranteed)).toBe(true);
});
