import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/text/nearest.ts";
import { BOHR_PER_ANGSTROM } from "../common/units.ts";
import { scale, type Vec3 } from "../common/vec3.ts";
import type { Structure } from "../model/structure.ts";

interface Geometry {
  readonly element: string;
  /** Cartesian [Å]. */
  readonly at: Vec3;
}

const pair = (first: string, second: string, length: number): Geometry[] => [
  { element: first, at: [0, 0, 0] },
  { element: second, at: [0, 0, length] },
];
const radians = (degrees: number) => (degrees * Math.PI) / 180;

/** Builds a pyramid: `count` atoms at `length` from the top, at `angle` degrees to each other. */
function pyramid(top: string, foot: string, count: number, length: number, angle: number): Geometry[] {
  // of the angle of edge and axis
  const sine = Math.sin(radians(angle) / 2) / Math.sin(Math.PI / count);
  const [radius, height] = [length * sine, length * Math.sqrt(1 - sine * sine)];
  return [{ element: top, at: [0, 0, height] }, ...ring(foot, count, radius)];
}

const ring = (element: string, count: number, radius: number): Geometry[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = (2 * Math.PI * i) / count;
    return { element, at: [radius * Math.cos(angle), radius * Math.sin(angle), 0] as Vec3 };
  });

/** Builds a bent molecule in the xz plane. */
function bent(centre: string, end: string, length: number, angle: number): Geometry[] {
  const [x, z] = [length * Math.sin(radians(angle) / 2), length * Math.cos(radians(angle) / 2)];
  return [
    { element: centre, at: [0, 0, 0] },
    { element: end, at: [x, 0, z] },
    { element: end, at: [-x, 0, z] },
  ];
}

/** Builds a tetrahedral molecule of one central and four corner atoms. */
function tetrahedron(centre: string, corner: string, length: number): Geometry[] {
  const t = length / Math.sqrt(3);
  const corners: readonly Vec3[] = [
    [t, t, t],
    [-t, -t, t],
    [t, -t, -t],
    [-t, t, -t],
  ];
  return [{ element: centre, at: [0, 0, 0] }, ...corners.map((at) => ({ element: corner, at }))];
}

/** Measured bond lengths [Å] and angles [degrees] [Her66]. */
const MOLECULES: Readonly<Record<string, readonly Geometry[]>> = {
  H2: pair("H", "H", 0.741),
  N2: pair("N", "N", 1.098),
  O2: pair("O", "O", 1.208),
  CO: pair("C", "O", 1.128),
  HF: pair("H", "F", 0.917),
  LiH: pair("Li", "H", 1.596),
  CO2: [
    { element: "C", at: [0, 0, 0] },
    { element: "O", at: [0, 0, 1.16] },
    { element: "O", at: [0, 0, -1.16] },
  ],
  H2O: bent("O", "H", 0.958, 104.5),
  NH3: pyramid("N", "H", 3, 1.012, 106.7),
  CH4: tetrahedron("C", "H", 1.087),
  SiH4: tetrahedron("Si", "H", 1.48),
  C6H6: [...ring("C", 6, 1.397), ...ring("H", 6, 1.397 + 1.084)],
};

/** Names of the molecules in the table. */
export const MOLECULE_NAMES: readonly string[] = Object.keys(MOLECULES);

/**
 * Places a molecule at the centre of a box with `vacuum` between nuclei of neighbouring images.
 *
 * @param vacuum [bohr].
 * @throws InputError for a molecule not in the table or an invalid vacuum.
 *
 * @example
 * ```ts
 * import { molecule } from "stillwave";
 *
 * const water = molecule("H2O", 12);
 * console.log(water.atoms.map(({ element }) => element));
 * ```
 */
export function molecule(name: string, vacuum: number): Structure {
  const geometry = MOLECULES[name];
  requireInput(
    geometry !== undefined,
    () =>
      `molecule: must be one of ${MOLECULE_NAMES.join(", ")}, got ${name}${didYouMean(name, MOLECULE_NAMES)}; others can be read from a file`,
  );
  requireInput(
    Number.isFinite(vacuum) && vacuum > 0,
    () => `vacuum: must be a positive length, got ${vacuum}; 12 bohr is usual for small molecules`,
  );
  const axes = ([0, 1, 2] as const).map((i) => geometry.map(({ at }) => at[i]));
  const middle = axes.map((xs) => (Math.min(...xs) + Math.max(...xs)) / 2);
  const [lx, ly, lz] = axes.map((xs) => (Math.max(...xs) - Math.min(...xs)) * BOHR_PER_ANGSTROM + vacuum) as [
    number,
    number,
    number,
  ];
  return {
    lattice: [
      [lx, 0, 0],
      [0, ly, 0],
      [0, 0, lz],
    ],
    atoms: geometry.map(({ element, at }) => {
      const [x, y, z] = scale(BOHR_PER_ANGSTROM, [
        at[0] - middle[0]!,
        at[1] - middle[1]!,
        at[2] - middle[2]!,
      ]);
      return { element, position: [0.5 + x / lx, 0.5 + y / ly, 0.5 + z / lz] as Vec3 };
    }),
  };
}
