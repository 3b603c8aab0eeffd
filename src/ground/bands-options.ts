import { parseKpoints } from "../bands/k-path.ts";
import { number, type Option, type Options, text, toggle } from "../common/options.ts";
import type { Vec3 } from "../common/vec3.ts";
import { USUAL_WIDTH } from "../errors/certify/band-enclosure.ts";

/** What a band structure may be told. */
export const BANDS_OPTIONS = {
  /** Labels of special points such as `GXLWKG`; default the lattice's standard path. */
  path: text({
    help: "special points such as GXLWKG, pieces apart by |; default the lattice's usual path",
    value: "LABELS",
  }),
  /** k-points along the path. Default 60. */
  points: number({
    rule: "must be a whole number from 1 to 100000; 60 is usual",
    isWhole: true,
    atLeast: 1,
    atMost: 100_000,
    default: 60,
    help: "k-points along the path (default {default})",
    value: "N",
  }),
  /** These k-points instead of a path, reduced coordinates. */
  kpoints: {
    rule: "must be a list of k-points; such as [[0.5, 0, 0.5], [0, 0, 0]]",
    help: 'these k-points instead, such as "0.5,0,0.5;0,0,0"',
    flag: "k",
    value: "LIST",
    read: parseKpoints,
    allows: (kpoints) =>
      Array.isArray(kpoints) &&
      kpoints.length > 0 &&
      kpoints.every((k) => k.length === 3 && k.every(Number.isFinite)),
  } satisfies Option<readonly Vec3[]>,
  /** Lowest bands at each k. Default the job's, else 8 and at least four above the filled ones. */
  bands: number({
    rule: "must be a whole number from 1 to 100000; 8 is usual",
    isWhole: true,
    atLeast: 1,
    atMost: 100_000,
    help: "lowest bands at each k-point (default 8, at least four beyond the filled ones)",
    value: "N",
  }),
  /** Residual norm of the bands [Ha]. Default 1e-6. */
  tolerance: number({
    rule: "must be a positive residual norm in Ha; 1e-6 is usual",
    above: 0,
    default: 1e-6,
  }),
  /** Whether the errors of levels by basis and SCF are estimated. */
  errors: toggle({ help: "estimate the errors of the energies by basis and SCF" }),
  /** Whether levels get guaranteed intervals; an aborted `signal` keeps the k-points so far. */
  errorBars: toggle({ help: "guaranteed intervals around the energies" }),
  /**
   * Largest width of the intervals [Ha]; the cutoff behind them is raised for it. Default 1e-4.
   */
  accuracy: number({
    rule: "must be a positive width in Ha; 1e-4 is usual",
    above: 0,
    default: USUAL_WIDTH,
    help: "width in Ha that intervals should have (with --error-bars, default {default})",
    value: "HA",
  }),
  /** Whether to keep what proves the intervals, to be written to a file and checked there. */
  certificate: toggle({}),
} as const satisfies Options;
