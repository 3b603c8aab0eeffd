import { dot, type Mat3, matVec, norm, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { type Bravais, type BravaisType, findBravais } from "./bravais.ts";
import { baseCentredMonoclinic, simpleMonoclinic, TRICLINIC } from "./oblique-zones.ts";
import {
  baseCentredOrthorhombic,
  bodyCentredOrthorhombic,
  bodyCentredTetragonal,
  faceCentredOrthorhombic,
  rhombohedral,
  type ZoneTable,
} from "./zone-shapes.ts";

/** Named points of the Brillouin zone and the standard path through them. */
export interface SpecialPoints {
  readonly bravais: Bravais;
  /** By ASCII label, in reduced coordinates of the given reciprocal vectors. */
  readonly points: ReadonlyMap<string, Vec3>;
  /** Connected pieces of the standard path. */
  readonly path: readonly (readonly string[])[];
}

const GAMMA: Vec3 = [0, 0, 0];
const HALF = 0.5;
const THIRD = 1 / 3;

/** Lattices with a single zone shape: labels, coordinates and paths of [SC10]. */
const TABLES: Readonly<Record<"cP" | "cF" | "cI" | "tP" | "oP" | "hP", ZoneTable>> = {
  cP: {
    points: { G: GAMMA, M: [HALF, HALF, 0], R: [HALF, HALF, HALF], X: [0, HALF, 0] },
    path: "G X M G R X|M R",
  },
  cF: {
    points: {
      G: GAMMA,
      K: [3 / 8, 3 / 8, 3 / 4],
      L: [HALF, HALF, HALF],
      U: [5 / 8, 1 / 4, 5 / 8],
      W: [HALF, 1 / 4, 3 / 4],
      X: [HALF, 0, HALF],
    },
    path: "G X W K G L U W L K|U X",
  },
  cI: {
    points: { G: GAMMA, H: [HALF, -HALF, HALF], N: [0, 0, HALF], P: [1 / 4, 1 / 4, 1 / 4] },
    path: "G H N G P H|P N",
  },
  tP: {
    points: {
      G: GAMMA,
      A: [HALF, HALF, HALF],
      M: [HALF, HALF, 0],
      R: [0, HALF, HALF],
      X: [0, HALF, 0],
      Z: [0, 0, HALF],
    },
    path: "G X M G Z R A Z|X R|M A",
  },
  oP: {
    points: {
      G: GAMMA,
      R: [HALF, HALF, HALF],
      S: [HALF, HALF, 0],
      T: [0, HALF, HALF],
      U: [HALF, 0, HALF],
      X: [HALF, 0, 0],
      Y: [0, HALF, 0],
      Z: [0, 0, HALF],
    },
    path: "G X S Y G Z U R T Z|Y T|U X|S R",
  },
  hP: {
    points: {
      G: GAMMA,
      A: [0, 0, HALF],
      H: [THIRD, THIRD, HALF],
      K: [THIRD, THIRD, 0],
      L: [HALF, 0, HALF],
      M: [HALF, 0, 0],
    },
    path: "G M K G A L H A|L M|K H",
  },
};

/**
 * Finds the special points of a lattice from its vectors. With primitive vectors A = U P, P the
 * standard ones and U integer, a point κ of the standard basis is U κ in the given one, with
 * exactly the same fractions.
 */
export function specialPoints({ vectors }: Pick<Lattice, "vectors">): SpecialPoints {
  const bravais = findBravais(vectors);
  const { conventional, fromStandard } = bravais;
  const table = tableOf(bravais.type, conventional);
  const points = Object.entries(table.points).map(([label, k]) => [label, matVec(fromStandard, k)] as const);
  return {
    bravais,
    points: new Map(points),
    path: table.path.split("|").map((piece) => piece.split(" ")),
  };
}

function tableOf(type: BravaisType, conventional: Mat3): ZoneTable {
  const [a, b, c] = conventional.map(norm) as [number, number, number];
  switch (type) {
    case "mP":
      return simpleMonoclinic(conventional);
    case "mC":
      return baseCentredMonoclinic(conventional);
    case "aP":
      return TRICLINIC;
    case "tI":
      return bodyCentredTetragonal(a, c);
    case "oF":
      return faceCentredOrthorhombic(a, b, c);
    case "oI":
      return bodyCentredOrthorhombic(a, b, c);
    case "oC":
      return baseCentredOrthorhombic(a, b);
    case "hR":
      return rhombohedral(dot(conventional[0], conventional[1]) / (a * b));
    default:
      return TABLES[type];
  }
}

/** Returns Γ, Σ₁, Y₁ for G, Sigma1, Y1. */
export function prettyLabel(label: string): string {
  const [, name = "", digits = ""] = /^(\D+)(\d*)$/.exec(label) ?? [];
  const letter = ({ G: "Γ", Sigma: "Σ" } as Record<string, string>)[name] ?? name;
  return letter + [...digits].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}
