import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { createGrid } from "../../src/basis/grid.ts";
import { random } from "../../src/common/random.ts";
import { add, inverse, type Mat3, matVec, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { asRealField } from "../../src/kernels/fields.ts";
import { referenceKernels } from "../../src/kernels/reference.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Atom, Model } from "../../src/model/model.ts";
import { symmetrizeForces } from "../../src/observables/symmetrised.ts";
import { ewald } from "../../src/terms/ewald/ewald.ts";
import { localForces } from "../../src/terms/local/forces.ts";
import { localTerm } from "../../src/terms/local/local.ts";
import { close, closeArrays, notTiny } from "../close.ts";

const model = (vectors: Mat3, atoms: Atom[]): Model => ({
  lattice: createLattice(vectors),
  species: [
    { element: "Si", pseudopotential: findGth("Si", "gth-lda") },
    { element: "Al", pseudopotential: findGth("Al", "gth-lda") },
  ],
  atoms,
  electrons: 8,
  smearing: "none",
  temperature: 0,
  nSpin: 1,
});

describe("localForces", () => {
  const atoms: Atom[] = [
    { species: 0, position: [0.1, 0.2, 0.3] },
    { species: 1, position: [0.6, 0.55, 0.85] },
    { species: 0, position: [0.4, 0.3, 0.7] },
  ];
  const crystal = model([[6, 0, 0], [1, 5, 0], [-2, 0.5, 7]], atoms); // biome-ignore format: a matrix

  test("are minus the derivative of the local energy at a fixed density, on even and odd grids", () => {
    const toReduced = inverse(crystal.lattice.vectors);
    for (const size of [
      [8, 6, 10],
      [7, 5, 9],
    ] as const) {
      // biome-ignore format: sizes
      const grid = createGrid(crystal.lattice, size, referenceKernels());
      const { uniform } = random(1);
      // Rough on purpose: the highest frequencies of the even axes count too.
      const rho = asRealField(Float64Array.from({ length: grid.points }, uniform));
      const forces = localForces(crystal, grid, rho);
      notTiny(forces.flat(), 0.05, "forces");
      for (const a of [0, 1, 2])
        for (const c of [0, 1, 2]) {
          const energy = (t: number) => {
            const step = rowsVec(toReduced, [c === 0 ? t : 0, c === 1 ? t : 0, c === 2 ? t : 0]);
            const moved = atoms.map((atom, i) =>
              i === a ? { ...atom, position: add(atom.position, step) } : atom,
            );
            return localTerm({ ...crystal, atoms: moved }, grid).evaluate(rho).energy;
          };
          const h = 5e-3;
          const slope = (8 * (energy(h) - energy(-h)) - (energy(2 * h) - energy(-2 * h))) / (12 * h);
          // h⁴/30 times the fifth derivative, |G|⁵ E ≈ 10⁴.
          close(forces[a]![c]!, -slope, 1e-7, `${size} atom ${a} axis ${c}`);
        }
    }
  });

  test("add up to nothing where the density is the potential itself", () => {
    // Σ_a F_a = ∫ V ∇ρ; for ρ = V itself that is ∫ ∇(V²)/2 = 0.
    const grid = createGrid(crystal.lattice, [9, 7, 15], referenceKernels());
    const { potential } = localTerm(crystal, grid).evaluate(asRealField(new Float64Array(grid.points)));
    const forces = localForces(crystal, grid, potential);
    notTiny(forces.flat(), 1, "forces");
    for (const c of [0, 1, 2])
      close(forces.reduce((sum, f) => sum + f[c]!, 0), 0, 1e-11, `axis ${c}`); // biome-ignore format: one line
  });
});

describe("symmetrizeForces", () => {
  const turn: Mat3 = [[0, -1, 0], [1, -1, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  const identity: Mat3 = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  const back: Mat3 = [[-1, 1, 0], [-1, 0, 0], [0, 0, 1]]; // biome-ignore format: a matrix
  /** A threefold screw axis, w = c/3, in a hexagonal cell. */
  const screw = [
    { rotation: identity, translation: [0, 0, 0] as const },
    { rotation: turn, translation: [0, 0, 1 / 3] as const },
    { rotation: back, translation: [0, 0, 2 / 3] as const },
  ];
  const orbit = (species: number, x: Vec3): Atom[] =>
    screw.map(({ rotation, translation }) => ({ species, position: add(matVec(rotation, x), translation) }));
  const crystal = model(
    [[5, 0, 0], [-2.5, 2.5 * Math.sqrt(3), 0], [0, 0, 9]], // biome-ignore format: a matrix
    [...orbit(0, [0.31, 0.12, 0.05]), ...orbit(1, [0.7, 0.2, 0.4])],
  );

  test("leaves forces that have the symmetry as they are", () => {
    const { forces } = ewald({
      lattice: crystal.lattice,
      charges: [4, 4, 4, 3, 3, 3],
      positions: crystal.atoms.map(({ position }) => position),
    });
    for (const c of [0, 1, 2]) notTiny(forces.map((f) => f[c]!), 1e-2, `axis ${c}`); // biome-ignore format: one line
    closeArrays(symmetrizeForces(forces, crystal, screw).flat(), forces.flat(), 1e-12);
  });

  test("gives any forces the symmetry, keeping the mean: a projection", () => {
    const { normal } = random(3);
    const forces = crystal.atoms.map((): Vec3 => [normal(), normal(), normal()]);
    const once = symmetrizeForces(forces, crystal, screw);
    notTiny(once.flat(), 0.1);
    closeArrays(symmetrizeForces(once, crystal, screw).flat(), once.flat(), 1e-14);
    // A turn by 120° about z takes the force on the first atom of an orbit to that on the second.
    const [cos, sin] = [-0.5, Math.sqrt(3) / 2];
    for (const a of [0, 3]) {
      const [x, y, z] = once[a]!;
      closeArrays(once[a + 1]!, [cos * x - sin * y, sin * x + cos * y, z], 1e-14, `atom ${a + 1}`);
    }
    const along = (f: readonly Vec3[]) => f.reduce((sum, [, , z]) => sum + z, 0);
    expect(Math.abs(along(forces))).toBeGreaterThan(0.1);
    close(along(once), along(forces), 1e-14);
    closeArrays(symmetrizeForces(forces, crystal, screw.slice(0, 1)).flat(), forces.flat(), 0);
  });

  test("refuses an operation that is no symmetry of the atoms", () => {
    const wrong = [screw[0]!, { rotation: turn, translation: [0, 0, 0.25] as const }];
    const forces = crystal.atoms.map((): Vec3 => [1, 0, 0]);
    expect(() => symmetrizeForces(forces, crystal, wrong)).toThrow(
      /map atoms onto atoms, .* takes atom 0 to/,
    );
  });
});
