import { number, type Option, type Options, toggle } from "../../../common/options.ts";
import { GIGAPASCAL_PER_ATOMIC } from "../../../common/units.ts";

/** What a relaxation may be told. */
export const RELAX_OPTIONS = {
  /** Whether the lattice moves as well. */
  cell: toggle({ help: "relax the cell as well" }),
  /** Numbers of atoms that keep their fractional coordinates, from 1. */
  fix: {
    rule: "must be numbers of atoms from 1; such as 1,2,5-8",
    help: "atoms that stay where they are, such as 1,2,5-8",
    value: "LIST",
    read: (text) =>
      text.split(",").flatMap((part) => {
        const [, first, last] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(part) ?? [];
        const [from, to] = [Number(first), Number(last ?? first)];
        return to - from < 1e6 ? Array.from({ length: to - from + 1 }, (_, i) => from + i) : [Number.NaN];
      }),
    allows: (list) => list.length > 0 && list.every((n) => Number.isInteger(n) && n >= 1),
  } satisfies Option<readonly number[]>,
  /** Outer pressure [GPa]. Default 0. */
  pressure: number({
    rule: "must be a pressure in GPa; 10 is usual",
    help: "outer pressure in GPa, with --cell (default 0)",
    value: "GPA",
  }),
  /** Largest force on a free atom at the end [Ha/bohr]. */
  force: {
    ...number({
      rule: "must be a positive force in Ha/bohr; 1e-4 is usual",
      above: 0,
      help: "largest force at the end in Ha/bohr (default {default}, 5 meV/A)",
      value: "HA/BOHR",
    }),
    default: 1e-4,
  },
  /** Largest component of stress + pressure at the end [GPa]. */
  stress: {
    ...number({
      rule: "must be a positive stress in GPa; 0.02 is usual",
      above: 0,
      help: "largest stress at the end in GPa, with --cell (default {default})",
      value: "GPA",
    }),
    default: 0.02,
  },
  /** Whether the ground state of the relaxed geometry is checked. */
  check: toggle({ help: "check the ground state of the relaxed geometry, as scf --check does" }),
  steps: {
    ...number({
      rule: "must be a positive whole number of geometries; 100 is usual",
      isWhole: true,
      atLeast: 1,
      help: "geometries to look at, at most (default {default})",
      value: "N",
    }),
    default: 100,
  },
} as const satisfies Options;

/** [Ha/bohr³] */
export const inAtomicUnits = (gigapascal: number): number => gigapascal / GIGAPASCAL_PER_ATOMIC;
