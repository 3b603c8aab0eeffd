import { newRealField, type ReadonlyRealField, type RealField } from "../kernels/fields.ts";
import type { OrbitalEnergies } from "../state/orbital-block.ts";
import type { BlockResponse } from "../state/response-block.ts";
import type { DensityResponse, OrbitalsSpec } from "./orbitals.ts";

/** Adds the blocks in their order, whoever computed them. */
export function sumDensities(
  { problem, blocks, nSpin }: OrbitalsSpec,
  parts: readonly Float64Array[],
): RealField {
  const points = problem.size[0] * problem.size[1] * problem.size[2];
  const rho = newRealField(nSpin * points);
  parts.forEach((density, index) => {
    const offset = blocks[index]!.spin * points;
    for (let r = 0; r < points; r++) rho[offset + r]! += density[r]!;
  });
  return rho;
}

export function sumEnergies(parts: readonly OrbitalEnergies[]): OrbitalEnergies {
  let kinetic = 0;
  let nonlocal = 0;
  for (const part of parts) {
    kinetic += part.kinetic;
    nonlocal += part.nonlocal;
  }
  return { kinetic, nonlocal };
}

/** Forces or the elements of a tensor, added. */
export function sumComponents(parts: readonly Float64Array[]): Float64Array {
  const total = new Float64Array(parts[0]?.length ?? 0);
  for (const part of parts) for (let i = 0; i < total.length; i++) total[i]! += part[i]!;
  return total;
}

export const sumResponses = (spec: OrbitalsSpec, parts: readonly BlockResponse[]): DensityResponse => ({
  density: sumDensities(
    spec,
    parts.map(({ density }) => density),
  ),
  applications: parts.reduce((sum, { applications }) => sum + applications, 0),
  converged: parts.every(({ converged }) => converged),
});

/** Component of a field that a block sees, as a copy: a view sent to another thread would take the whole field along. */
export function ofBlock(
  { problem, blocks }: OrbitalsSpec,
  f: ReadonlyRealField,
  index: number,
): Float64Array {
  const points = problem.size[0] * problem.size[1] * problem.size[2];
  const { spin } = blocks[index]!;
  return f.slice(spin * points, (spin + 1) * points);
}
