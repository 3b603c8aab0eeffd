import { number, type Options, text, toggle } from "../../../common/options.ts";
import { ACCURACY_RULE, readAccuracy } from "../../schema/accuracy.ts";

/** What a run may be told beside its job. */
export const SCF_OPTIONS = {
  /**
   * Errors that energy, forces and stress may have; cutoff, k-grid and tolerance are then chosen.
   * The energy is meant at the smearing width of the job, unless `T=0` stands in it.
   */
  accuracy: {
    ...text({
      rule: ACCURACY_RULE,
      help: "choose cutoff and k-grid for errors below these, such as 1meV/atom,0.01eV/A,0.1GPa; smearing counts with T=0 only",
      value: "ERRORS",
    }),
    allows: (written) => typeof written === "string" && readAccuracy(written) !== undefined,
  },
  /** Whether the ground state is checked, by other ways than it was computed. */
  check: toggle({
    help: "check the result: orthonormality, residuals, energy by two routes, missed levels, and others",
  }),
  /** Whether the errors of a ground state are estimated, on a basis of three times the cutoff. */
  errors: toggle({
    help: "estimate the errors, part by part (basis, k-points, smearing, SCF …), with corrected values",
  }),
  /** Whether the self-consistent energy and levels get guaranteed intervals (functional none). */
  errorBars: toggle({
    help: "guaranteed intervals of the self-consistent energy and levels in the infinite basis (functional none)",
  }),
  /** Width of that interval [Ha]; the basis behind it is raised for it. */
  barWidth: number({
    rule: "must be a positive width in Ha; 1e-5 is usual",
    above: 0,
    default: 1e-5,
    help: "width in Ha that the interval should have (default {default}, with --error-bars)",
    value: "HA",
  }),
} as const satisfies Options;
