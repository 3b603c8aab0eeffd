import { number, numbers, type Options, readNumber, toggle, word } from "../common/options.ts";
import { EV_PER_HARTREE } from "../common/units.ts";
import type { Vec3 } from "../common/vec3.ts";

/** What a density of states may be told. */
export const DOS_OPTIONS = {
  /** Divisions of the k-grid. Default twice the job's along every axis that has more than one. */
  kgrid: numbers<Vec3>({
    rule: "must be three positive whole numbers; such as 8,8,8",
    count: 3,
    isWhole: true,
    atLeast: 1,
    help: "divisions of the k-grid, such as 8,8,8 (default twice the job's)",
    value: "LIST",
  }),
  /** Default `tetrahedron` where an axis has four k-points or more; otherwise `gaussian`. */
  method: word(["tetrahedron", "gaussian"], {
    help: "how levels become a density (default tetrahedron where there are k-points for it)",
    value: "NAME",
  }),
  /** Of Gaussians [Ha]. Default the job's smearing, at least 0.005. */
  width: number({
    rule: "must be a positive energy in Ha; 0.005 is usual",
    above: 0,
    help: "width of the Gaussians in Ha (default the job's smearing, at least 0.005)",
    value: "HA",
  }),
  /**
   * Lowest and highest energy from the Fermi level [Ha]. Default: below all levels to the bands'
   * end.
   */
  window: {
    ...numbers<readonly [number, number]>({ rule: "must be a lower and a higher energy; such as -10,5" }),
    help: "lowest and highest energy in eV from the Fermi level, such as -10,5",
    value: "EV",
    read: (text: string) =>
      text.split(",").map((word) => readNumber(word) / EV_PER_HARTREE) as unknown as readonly [
        number,
        number,
      ], // counted below
    allows: ([low, high, ...more]: readonly number[]) =>
      Number.isFinite(low) && Number.isFinite(high) && low! < high! && more.length === 0,
  },
  /** Lowest bands at each k. Default the job's, else twice the filled ones, at least four more. */
  bands: number({
    rule: "must be a positive whole number; leave it out for the default",
    isWhole: true,
    atLeast: 1,
    help: "lowest bands at each k-point (default twice the filled ones)",
    value: "N",
  }),
  /** Number of energies. Default 400. */
  points: number({
    rule: "must be a whole number from 2 to 1000000; 400 is usual",
    isWhole: true,
    atLeast: 2,
    atMost: 1e6,
    default: 400,
    help: "number of energies (default {default})",
    value: "N",
  }),
  /** Whether to resolve it along the long axis as well. */
  local: toggle({ help: "resolve it along the long axis as well" }),
} as const satisfies Options;
