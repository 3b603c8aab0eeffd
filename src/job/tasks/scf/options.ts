import { type Options, toggle } from "../../../common/options.ts";

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
} as const satisfies Options;
