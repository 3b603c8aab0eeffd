import { type SmearingName, smearing as smearingOf } from "../model/smearing.ts";

/** How occupations follow energies, as plain data: f(ε) = fMax s((ε − ε_F)/T); T = 0 fills whole bands. */
export interface OccupationLaw {
  readonly smearing: SmearingName;
  /** T [Ha]; 0 for a fixed number of filled bands. */
  readonly temperature: number;
  /** ε_F [Ha]. */
  readonly fermiLevel: number;
  /** Electrons per full level. */
  readonly fMax: number;
}

/** Below this distance in units of T the quotient of differences loses more digits than the mean of slopes. */
const NEAR = 1e-3;

/** df/dε [1/Ha] at one level; 0 where bands are filled whole. */
export function occupationSlope(
  { smearing, temperature, fermiLevel, fMax }: OccupationLaw,
  e: number,
): number {
  if (!(temperature > 0)) return 0;
  return (fMax / temperature) * smearingOf(smearing).occupationDerivative((e - fermiLevel) / temperature);
}

/**
 * The divided difference (f_a − f_b)/(ε_a − ε_b) [1/Ha] of the occupations of two levels.
 *
 * Levels nearer than T/1000 take the mean of df/dε between them by Simpson's rule, whose relative error (Δ/T)⁴/2880 is
 * rounding there; whole bands of equal occupation have none.
 */
export function occupationQuotient(
  law: OccupationLaw,
  ea: number,
  fa: number,
  eb: number,
  fb: number,
): number {
  if (!(law.temperature > 0)) return fa === fb ? 0 : (fa - fb) / (ea - eb);
  if (Math.abs(ea - eb) > NEAR * law.temperature) return (fa - fb) / (ea - eb);
  const slope = (e: number) => occupationSlope(law, e);
  return (slope(ea) + 4 * slope(0.5 * (ea + eb)) + slope(eb)) / 6;
}
