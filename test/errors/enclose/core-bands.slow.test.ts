import { expect, test } from "vitest";
import { findGth } from "../../../src/atoms/gth/gth-table.ts";
import type { Mat3, Vec3 } from "../../../src/common/vec3.ts";
import { certifyBands } from "../../../src/errors/certify/certify-bands.ts";
import { eliminationBounds } from "../../../src/errors/enclose/elimination-bounds.ts";
import { encloseBands } from "../../../src/errors/enclose/enclose-bands.ts";
import { encloseProblem, waveSet } from "../../../src/errors/problem/enclosed-hamiltonian.ts";
import { denseEigenpairs } from "../../../src/errors/propose/dense-eigenpairs.ts";
import { proposeBands } from "../../../src/errors/propose/propose-bands.ts";
import { runBands } from "../../../src/job/tasks/bands/run-bands.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { coreSilicon, reference, triclinic } from "../crystals.ts";

const kernels = wasmKernelsSync();
const silicon = encloseProblem(coreSilicon);
const GAMMA: Vec3 = [0, 0, 0];

test("core silicon: enclosures hold the eigenvalues of a larger basis, and elimination agrees with Lehmann", () => {
  const proposal = proposeBands(kernels, silicon, GAMMA, 8, { cutoff: 12, steps: 6 });
  const bands = certifyBands(kernels, silicon, proposal, 8);
  if (!Array.isArray(bands)) expect.fail(bands.reason);
  const above = reference.core[0]!; // of 20 Ha, at most 2e-4 above the exact values
  bands.forEach(({ lower, upper }, i) => {
    expect(lower).toBeLessThan(above[i]! - 2e-4);
    expect(upper).toBeGreaterThan(above[i]!);
    expect(upper - lower).toBeLessThan(0.08);
  });
  const lower = eliminationBounds(kernels, silicon, GAMMA, 4, 9, 60);
  if (!Array.isArray(lower)) expect.fail(lower.reason);
  lower.forEach((bound, i) => {
    expect(bound).toBeLessThan(bands[i]!.upper);
    expect(bound).toBeGreaterThan(bands[i]!.upper - 0.03);
    expect(bound).toBeLessThan(above[i]! - 2e-4);
  });
});

test("no symmetry, an indefinite h: bounds on both sides of the Ritz values of a larger basis", () => {
  const problem = encloseProblem(triclinic);
  const k: Vec3 = [0.15, -0.2, 0.3];
  const ritz = denseEigenpairs(kernels, problem, waveSet(problem, k, 12)).values;
  const bounds = eliminationBounds(kernels, problem, k, 4, 8, 60);
  if (!Array.isArray(bounds)) expect.fail(bounds.reason);
  bounds.forEach((bound, i) => {
    expect(bound).toBeLessThan(ritz[i]!);
    expect(bound).toBeGreaterThan(ritz[i]! - 0.1);
  });
});

// d electrons and a deep projector.
test("copper with eleven electrons: finite enclosures around the levels of a larger basis", async () => {
  const lattice: Mat3 = [
    [0, 3.415, 3.415],
    [3.415, 0, 3.415],
    [3.415, 3.415, 0],
  ];
  const potential = findGth("Cu", "gth-lda-q11");
  const problem = encloseProblem({ kind: "core", lattice, atoms: [{ potential, position: [0, 0, 0] }] });
  const k: Vec3 = [0.1, 0.2, 0.3];
  const bands = encloseBands(kernels, problem, k, 6, { ecut: 30 });
  if (!Array.isArray(bands)) expect.fail(bands.reason);
  const structure = { lattice, atoms: [{ element: "Cu", position: [0, 0, 0] }] };
  const job = {
    structure,
    hamiltonian: "core",
    pseudopotentials: { Cu: "gth-lda-q11" },
    temperature: 0.01,
    smearing: "fermi-dirac",
  };
  const levels = async (ecut: number) =>
    (await runBands({ ...job, ecut }, { kpoints: [k], bands: 6, tolerance: 1e-6 })).file.kpoints[0]!.bands;
  const [coarse, fine] = [await levels(150), await levels(220)];
  bands.forEach(({ lower, upper }, i) => {
    const left = coarse[i]!.energy - fine[i]!.energy + 1e-10; // more than what lies beyond the finer basis, and rounding
    expect(lower).toBeLessThan(fine[i]!.energy + 1e-10);
    expect(upper).toBeGreaterThan(fine[i]!.energy - left);
    expect(upper - lower).toBeLessThan(1e-3);
  });
});

test("a cell too large for a count is told so", () => {
  const atoms = coreSilicon.kind === "core" ? coreSilicon.atoms : [];
  const lattice: Mat3 = [
    [12, 0, 0],
    [0, 12, 0],
    [0, 0, 12],
  ];
  const problem = encloseProblem({ kind: "core", lattice, atoms: atoms.concat(atoms.map((a) => ({ ...a, position: [0.5, 0.5, 0] as Vec3 }))) }); // biome-ignore format: one call
  expect(encloseBands(kernels, problem, GAMMA, 4, { ecut: 5 })).toMatchObject({
    kind: "not-certified",
    reason: expect.stringMatching(/no number of bands could be counted .* are only known to lie above/),
  });
});
