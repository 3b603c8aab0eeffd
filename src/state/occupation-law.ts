import { type SmearingName, smearing as smearingOf } from "../model/smearing.ts";

/** Occupation as a function of energy: f(ε) = fMax s((ε − ε_F)/T), or whole bands if T = 0. */
export interface OccupationLaw {
  readonly smearing: SmearingName;
  /** T [Ha]; 0 for a fixed number of filled bands. */
  readonly temperature: number;
  /** ε_F [Ha]. */
  readonly fermiLevel: number;
  /** Electrons per full level. */
  readonly fMax: number;
}

/** Below this distance in units of T difference quotients are less accurate than the mean slope. */
const NEAR = 1e-3;

/** Returns df/dε [1/Ha] at one level; 0 without smearing. */
export function occupationSlope(
  { smearing, temperature, fermiLevel, fMax }: OccupationLaw,
  e: number,
): number {
  if (!(temperature > 0)) return 0;
  return (fMax / temperature) * smearingOf(smearing).occupationDerivative((e - fermiLevel) / temperature);
}

/**
 * Returns the divided difference (f_a − f_b)/(ε_a − ε_b) [1/Ha] of the occupations of two levels.
 *
 * Levels nearer than T/1000 use the mean of df/dε by Simpson's rule, whose relative error
 * (Δ/T)⁴/2880 is below rounding; without smearing levels of equal occupation give 0.
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
