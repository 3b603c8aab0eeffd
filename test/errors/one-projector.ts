import type { Mat3, Vec3 } from "../../src/common/vec3.ts";
import { encloseProblem } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import { triclinic } from "./crystals.ts";

/** A k-point that no operation keeps. */
export const K: Vec3 = [0.1, 0.2, -0.3];
/** A triclinic cell; rows [bohr]. */
export const CELL: Mat3 = [
  [4.1, 0, 0],
  [0.4, 4.3, 0],
  [-0.3, 0.2, 4.6],
];
/** One s projector of strength h that reaches far out, beside no local potential: V_nl has rank one. */
export const oneProjector = (h: number, r: number) =>
  encloseProblem({
    kind: "core",
    lattice: CELL,
    atoms: [
      {
        potential: {
          ...triclinic.atoms[0]!.potential,
          charge: 0,
          rloc: 0.5,
          c: [],
          channels: [{ r, h: [[h]] }],
        },
        position: [0.1, 0.2, 0.3],
      },
    ],
  });
