import { matVec, norm, type Vec3 } from "../common/vec3.ts";
import type { Lattice } from "../model/lattice.ts";
import { type Bravais, type BravaisType, findBravais } from "./bravais.ts";

/** Points of the Brillouin zone with names, and the usual way through them. */
export interface SpecialPoints {
  readonly bravais: Bravais;
  /** By ASCII label, in reduced coordinates of the given reciprocal vectors. */
  readonly points: ReadonlyMap<string, Vec3>;
  /** Connected pieces of the standard path. */
  readonly path: readonly (readonly string[])[];
}

interface Table {
  /** In terms of the standard primitive reciprocal vectors. */
  readonly points: Readonly<Record<string, Vec3>>;
  readonly path: string;
}

const GAMMA: Vec3 = [0, 0, 0];
const HALF = 0.5;
const THIRD = 1 / 3;

/** Labels, coordinates and paths of [SC10]. */
const TABLES: Readonly<Record<Exclude<BravaisType, "tI" | "other">, Table>> = {
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

/** The two shapes of the zone of a body-centred tetragonal lattice [SC10]. */
function bodyCentredTetragonal(a: number, c: number): Table {
  const common: Record<string, Vec3> = {
    G: GAMMA,
    N: [0, HALF, 0],
    P: [1 / 4, 1 / 4, 1 / 4],
    X: [0, 0, HALF],
  };
  if (c < a) {
    const eta = (1 + (c / a) ** 2) / 4;
    return {
      points: { ...common, M: [-HALF, HALF, HALF], Z: [eta, eta, -eta], Z1: [-eta, 1 - eta, eta] },
      path: "G X M G Z P N Z1 M|X P",
    };
  }
  const eta = (1 + (a / c) ** 2) / 4;
  const zeta = (a / c) ** 2 / 2;
  return {
    points: {
      ...common,
      Sigma: [-eta, eta, eta],
      Sigma1: [eta, 1 - eta, -eta],
      Y: [-zeta, zeta, HALF],
      Y1: [HALF, HALF, -zeta],
      Z: [HALF, HALF, -HALF],
    },
    path: "G X Y Sigma G Z Sigma1 N P Y1 Z|X P",
  };
}

/** Half-way along the three given reciprocal vectors. */
const AXES: Table = {
  points: { G: GAMMA, X: [HALF, 0, 0], Y: [0, HALF, 0], Z: [0, 0, HALF] },
  path: "X G Y|G Z",
};

/**
 * The special points of a lattice, found from its vectors. With primitive vectors A = U P, P the standard ones and U
 * whole numbers, a point κ of the standard basis is U κ in the given one: exactly the same fractions.
 */
export function specialPoints({ vectors }: Pick<Lattice, "vectors">): SpecialPoints {
  const bravais = findBravais(vectors);
  const { type, conventional, fromStandard } = bravais;
  const table =
    type === "other"
      ? AXES
      : type === "tI"
        ? bodyCentredTetragonal(norm(conventional[0]), norm(conventional[2]))
        : TABLES[type];
  const points = Object.entries(table.points).map(([label, k]) => [label, matVec(fromStandard, k)] as const);
  return {
    bravais,
    points: new Map(points),
    path: table.path.split("|").map((piece) => piece.split(" ")),
  };
}

/** Γ, Σ₁, Y₁ for G, Sigma1, Y1. */
export function prettyLabel(label: string): string {
  const [, name = "", digits = ""] = /^(\D+)(\d*)$/.exec(label) ?? [];
  const letter = ({ G: "Γ", Sigma: "Σ" } as Record<string, string>)[name] ?? name;
  return letter + [...digits].map((digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)]).join("");
}
