import { add, ball, interval } from "../../interval/interval.ts";
import type { Above, Below } from "../../interval/sides.ts";
import type { Kernels } from "../../kernels/kernels.ts";
import type { Applied } from "../apply/apply-enclosed.ts";
import type { TrialPanel } from "../apply/trial-panel.ts";
import {
  hermitianMatrix,
  type IntervalMatrix,
  intervalMatrix,
  midpoints,
} from "../ritz/complex-intervals.ts";
import { approximateSolution, type PencilEigenvalues } from "../ritz/interval-pencil.ts";
import type { LowerBounds } from "../ritz/lehmann-bounds.ts";
import {
  blockedDot,
  leadingForms,
  lehmannPencil,
  type TrialForms,
  trialResiduals,
} from "../ritz/trial-forms.ts";
import type { BandEnclosure } from "./band-enclosure.ts";

/** What a proof was made from, as far as the split of its widths needs it. */
export interface ProofInput {
  readonly u: TrialPanel;
  readonly theta: readonly number[];
  readonly applied: Applied;
  /** UᴴU of the proof. */
  readonly overlap: IntervalMatrix;
}

/**
 * Splits the widths of proved intervals into their causes: an estimate that proves nothing. The
 * same formulas give lower ends in plain numbers, first with the whole residual (what is missing
 * from the width then is rounding), then without the residual inside the trial space (what that
 * changes is the solver's part).
 *
 * @param ends the intervals [Ha]
 * @param lower the ρ and the number of vectors behind each lower end
 */
export function widthParts(
  kernels: Kernels,
  input: ProofInput,
  ends: readonly { readonly lower: Below; readonly upper: Above }[],
  lower: LowerBounds,
  upper: PencilEigenvalues,
): BandEnclosure["parts"][] {
  const whole = plainBounds(kernels, plainForms(input, 0));
  const outside = plainBounds(kernels, plainForms(input, input.u.rows));
  return ends.map((end, i) => {
    const width = end.upper - end.lower;
    const low = whole(lower[i]!, i);
    const plainWidth = upper.approximate[i]! - low;
    const arithmetic = Math.min(width, Math.max(0, width - plainWidth || 0));
    const algorithmic = Math.min(width - arithmetic, Math.max(0, outside(lower[i]!, i) - low || 0));
    return { discretisation: width - arithmetic - algorithmic, algorithmic, arithmetic };
  });
}

/** Returns lower ends by Lehmann's formula in plain numbers; each (ρ, number of vectors) once. */
function plainBounds(
  kernels: Kernels,
  forms: TrialForms,
): (bound: LowerBounds[number], band: number) => number {
  const solved = new Map<string, readonly number[] | undefined>();
  return ({ rho, vectors }, band) => {
    const key = `${rho},${vectors}`;
    if (!solved.has(key)) {
      const { a, b } = lehmannPencil(leadingForms(forms, vectors), rho);
      solved.set(key, approximateSolution(kernels, vectors, midpoints(a), midpoints(b))?.values);
    }
    return rho + 1 / (solved.get(key)?.[vectors - 1 - band] ?? Number.NaN);
  };
}

/** The forms without radii, of the residual from a row of the set on. */
function plainForms({ u, theta, applied, overlap }: ProofInput, from: number): TrialForms {
  const m = u.columns;
  const count = applied.values.length / (2 * m);
  const residuals = trialResiduals(u, count, theta, applied);
  const plain = ([re, im]: readonly [number, number]) => ({ re: ball(re, 0), im: ball(im, 0) });
  return {
    theta,
    overlap,
    projected: intervalMatrix(m, (i, j) =>
      plain(blockedDot(0, u.rows, u.data, u.rows * i, residuals, count * j)),
    ),
    residual: hermitianMatrix(m, (i, j) => {
      const { re, im } = plain(blockedDot(from, count, residuals, count * i, residuals, count * j));
      return i === j ? { re: add(re, interval(m * applied.tails[j]! ** 2)), im } : { re, im };
    }),
  };
}
