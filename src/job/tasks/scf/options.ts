import { number, type Options, toggle } from "../../../common/options.ts";

/** What a run may be told beside its job. */
export const SCF_OPTIONS = {
  /** Whether the ground state is checked, by other ways than it was computed. */
  check: toggle({
    help: "check the result: orthonormality, residuals, energy by two routes, missed levels, and others",
  }),
  /** Whether the errors of a ground state are estimated, on a basis of three times the cutoff. */
  errors: toggle({
    help: "estimate the errors, part by part (basis, k-points, smearing, SCF …), with corrected values",
  }),
  /** Whether the self-consistent energy gets a guaranteed interval (functional none). */
  errorBars: toggle({
    help: "guaranteed interval of the self-consistent energy in the infinite basis (functional none)",
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
