import { BOHR_PER_ANGSTROM, EV_PER_HARTREE } from "../../common/units.ts";
import { type Mat3, rowsVec, scale, type Vec3 } from "../../common/vec3.ts";
import { frameText } from "./extxyz.ts";

/** One frame of a trajectory. Atomic units. */
export interface TrajectoryFrame {
  /** Rows [bohr]. */
  readonly lattice: Mat3;
  /** Fractional. */
  readonly positions: readonly Vec3[];
  /** [Ha] */
  readonly energy: number;
  /** [Ha/bohr] */
  readonly forces: readonly Vec3[];
  /** [Ha/bohr³] */
  readonly stress?: Mat3;
}

/**
 * Writes the frames one after another as extended XYZ, as ASE and OVITO read it: positions and
 * forces of every atom, energy and stress in the comment, in eV and Å, the stress with ASE's sign.
 */
export function trajectoryText(elements: readonly string[], frames: readonly TrajectoryFrame[]): string {
  const numbers = (values: readonly number[]) => values.map((x) => Number(x.toPrecision(15))).join(" ");
  const stressUnit = EV_PER_HARTREE * BOHR_PER_ANGSTROM ** 3;
  return frames
    .map(({ lattice, positions, energy, forces, stress }) => {
      const length = (v: Vec3) => numbers(scale(1 / BOHR_PER_ANGSTROM, v));
      const keys = [
        `energy=${numbers([energy * EV_PER_HARTREE])}`,
        ...(stress ? [`stress="${numbers(stress.flat().map((x) => x * stressUnit))}"`] : []),
        'pbc="T T T"',
      ];
      const rows = elements.map(
        (element, i) =>
          `${element} ${length(rowsVec(lattice, positions[i]!))} ${numbers(scale(EV_PER_HARTREE * BOHR_PER_ANGSTROM, forces[i]!))}`,
      );
      return frameText(lattice.map(length).join(" "), "species:S:1:pos:R:3:forces:R:3", keys, rows);
    })
    .join("");
}
