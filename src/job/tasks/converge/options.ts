import { number, numbers, type Option, type Options, readNumber, toggle } from "../../../common/options.ts";
import { MEV_PER_HARTREE } from "../../../common/units.ts";
import type { Vec3 } from "../../../common/vec3.ts";
import { ENERGY_UNITS } from "../../schema/accuracy.ts";

/** A k-grid of a list: three divisions, or that along the axes with most of them. */
export type ListedKgrid = number | Vec3;

const isCount = (n: number) => Number.isInteger(n) && n >= 1 && n <= 1000;
const areDifferent = (values: readonly unknown[]) =>
  new Set(values.map((value) => JSON.stringify(value))).size === values.length;

const cutoffs = numbers<readonly number[]>({
  rule: "must be different positive cutoffs in Ha; such as 10,15,20,30",
  above: 0,
  help: "cutoffs in Ha to compare, such as 10,15,20,30 (default the job's)",
  value: "LIST",
});

/** [Ha] of each unit of energy that an accuracy may have, whatever its case. */
const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  ...Object.fromEntries(Object.entries(ENERGY_UNITS).map(([unit, hartree]) => [unit.toLowerCase(), hartree])),
};

/** Which settings a convergence test compares, and how accurate they are to be. */
export const CONVERGE_OPTIONS = {
  /** [Ha] Default that of the job. */
  ecut: { ...cutoffs, allows: (list) => cutoffs.allows(list) && areDifferent(list) } satisfies Option<
    readonly number[]
  >,
  /**
   * Divisions such as [4, 4, 1], or their largest number for the job's proportions; axes that the
   * job leaves undivided stay so. Default the job's.
   */
  kgrid: {
    rule: "must be different k-grids; such as 2,4,6 or 2x2x1,4x4x1",
    help: "k-grids to compare, such as 2,4,6 or 2x2x1,4x4x1 (default the job's)",
    value: "LIST",
    read: (text) =>
      text.split(",").map((entry) => {
        const divisions = entry.split("x").map(readNumber);
        // Counted by `allows`.
        return divisions.length === 1 ? divisions[0]! : (divisions as unknown as Vec3);
      }),
    allows: (list) =>
      list.length > 0 &&
      areDifferent(list) &&
      list.every((entry) =>
        typeof entry === "number" ? isCount(entry) : entry.length === 3 && entry.every(isCount),
      ),
  } satisfies Option<readonly ListedKgrid[]>,
  /**
   * Good enough error of the free energy per atom, against the finest settings [Ha]. Default 1 meV.
   */
  accuracy: {
    ...number({
      rule: "must be a positive energy per atom; such as 1meV, 0.1mHa or 1e-4 (Ha)",
      above: 0,
      help: "energy error per atom that is good enough, such as 0.1mHa (default 1meV)",
      value: "ENERGY",
    }),
    read: (text) => {
      const [, digits = "", unit = ""] = /^(.*?)\s*([a-zA-Z]*)$/.exec(
        /e[-+]?\d+$/i.test(text) ? `${text}Ha` : text,
      )!;
      return readNumber(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
    },
    default: 1 / MEV_PER_HARTREE,
  },
  /** Whether each run estimates its own errors by basis and k-grid, without the others. */
  errors: toggle({ help: "let each run estimate its error by basis and k-grid, to compare with" }),
} as const satisfies Options;
