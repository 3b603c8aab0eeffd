import { createRequire } from "node:module";
import { COHEN_BERGSTRESSER_SILICON } from "../../src/atoms/cohen-bergstresser.ts";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import type { GthPotential } from "../../src/atoms/pseudopotential.ts";
import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import type { CoreAtom, ExactProblem } from "../../src/errors/problem/exact-problem.ts";

/** An atom of a formula. */
type GthAtom = CoreAtom & { readonly potential: GthPotential };

const fcc = (a: number): Mat3 => [
  [0, a / 2, a / 2],
  [a / 2, 0, a / 2],
  [a / 2, a / 2, 0],
];
const DIAMOND: readonly Vec3[] = [
  [1 / 8, 1 / 8, 1 / 8],
  [-1 / 8, -1 / 8, -1 / 8],
];

export const cohenBergstresserSilicon: ExactProblem = {
  kind: "cohen-bergstresser",
  lattice: fcc(COHEN_BERGSTRESSER_SILICON.latticeConstant),
  potential: COHEN_BERGSTRESSER_SILICON,
  positions: DIAMOND,
};

export const coreSilicon: ExactProblem = {
  kind: "core",
  lattice: fcc(10.263141334305942),
  atoms: DIAMOND.map((position) => ({ potential: findGth("Si", "gth-lda"), position })),
};

/** Two elements at positions without symmetry in a triclinic cell; gallium's h matrices are indefinite. */
export const triclinic: Extract<ExactProblem, { kind: "core" }> & { readonly atoms: readonly GthAtom[] } = {
  kind: "core",
  lattice: [
    [6, 0, 0],
    [1, 5, 0],
    [-2, 0.5, 7],
  ],
  atoms: [
    { potential: findGth("Si", "gth-lda"), position: [0.1, 0.2, 0.3] },
    { potential: findGth("Ga", "gth-lda-q3"), position: [0.6, 0.55, 0.85] },
  ],
};

/** Eigenvalues by another program: see the script beside the file. */
export const reference: {
  readonly points: readonly Vec3[];
  readonly cohenBergstresser: readonly (readonly number[])[];
  readonly core: readonly (readonly number[])[];
} = createRequire(import.meta.url)("../fixtures/errors/bands.json");
