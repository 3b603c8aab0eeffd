import { describe, expect, test } from "vitest";
import { asRealField, difference, dotReal, type RealField } from "../../src/kernels/fields.ts";
import type { AcceleratorHistory } from "../../src/scf/accelerators/accelerator.ts";
import { anderson } from "../../src/scf/accelerators/anderson.ts";
import { dampingLimits } from "../../src/scf/methods/adaptive-damping.ts";
import { type SearchState, searchNext } from "../../src/scf/methods/line-search.ts";

/**
 * A system without a grid: independent levels that answer a potential by ρ = −χ tanh(V + v)/…, with a Hartree energy ½ K ρ².
 * Its energy E(V) = E[ρ(V)] has the slope ∫ (V[ρ] − V) dρ, as orbitals give it.
 */
interface System {
  readonly coulomb: readonly number[];
  readonly external: readonly number[];
  /** 0: the answer is linear. */
  readonly saturation: number;
}
const SLOSHING: System = { coulomb: [1, 10, 100], external: [0.5, -0.3, 0.8], saturation: 0 };
const SATURATING: System = { coulomb: [2, 20, 200], external: [1, -2, 3], saturation: 1 };

const solve = ({ saturation }: System, v: RealField): RealField =>
  asRealField(v.map((x) => -(saturation === 0 ? x : Math.atan(x))));
/** T[ρ] with dT/dρ = −V at ρ = ρ(V), so that the orbitals minimise T + ∫Vρ. */
const kinetic = ({ saturation }: System, rho: RealField): number =>
  rho.reduce((sum, x) => sum + (saturation === 0 ? 0.5 * x * x : -Math.log(Math.cos(x))), 0);
const energyOf = (system: System, rho: RealField): number =>
  kinetic(system, rho) +
  rho.reduce((sum, x, i) => sum + system.external[i]! * x + 0.5 * system.coulomb[i]! * x * x, 0);
const potentialOf = ({ coulomb, external }: System, rho: RealField): RealField =>
  asRealField(rho.map((x, i) => external[i]! + coulomb[i]! * x));

interface Row {
  readonly energy: number;
  readonly residual: number;
  readonly isMeasurement: boolean;
  readonly accepted: number;
}

async function run(system: System, steps: number, copyAt = -1) {
  const line = {
    accelerator: anderson({ depth: 3, maxRise: Number.POSITIVE_INFINITY }),
    limits: dampingLimits(0.2, 3),
  };
  let rho = asRealField(new Float64Array(3));
  let history: AcceleratorHistory = [];
  let search: SearchState | undefined;
  const rows: Row[] = [];
  for (let k = 0; k < steps; k++) {
    const potential = search?.potential ?? potentialOf(system, rho);
    const rhoOut = solve(system, potential);
    const energy = energyOf(system, rhoOut);
    const change = difference(rhoOut, rho);
    const solved = {
      potential,
      energy,
      rhoOut,
      rhoIn: rho,
      potentialOut: potentialOf(system, rhoOut),
      potentialIn: potentialOf(system, rho),
      densityChange: Math.sqrt(dotReal(change, change)),
      dvol: 1,
      electrons: 1,
    };
    const isMeasurement = search === undefined || search.isMeasurement;
    const next = await searchNext(line, history, search, solved, async (f) => f, 1e-9);
    rows.push({ energy, residual: solved.densityChange, isMeasurement, accepted: next.search.base.energy });
    ({ rho, search, history } = k === copyAt ? structuredClone(next) : next);
  }
  return rows;
}

describe.each([
  ["charge that sloshes a hundred times too far", SLOSHING],
  ["an answer that saturates", SATURATING],
])("the line search on %s", (_, system) => {
  test("reaches the fixed point, where the plain iteration with the same first damping explodes", async () => {
    const rows = await run(system, 80);
    const measured = rows.filter((row) => row.isMeasurement).map((row) => row.residual);
    expect(measured.at(-1)!).toBeLessThan(1e-9);
    let v = potentialOf(system, asRealField(new Float64Array(3)));
    for (let k = 0; k < 30; k++) {
      const out = potentialOf(system, solve(system, v));
      v = asRealField(v.map((x, i) => x + 0.8 * (out[i]! - x)));
    }
    const last = difference(potentialOf(system, solve(system, v)), v);
    expect(Math.sqrt(dotReal(last, last))).toBeGreaterThan(1);
  });

  test("accepts no energy above the one it had", async () => {
    const rows = await run(system, 80);
    const lowest = Math.min(...rows.map((row) => row.energy));
    expect(rows.filter((row) => row.energy > lowest + 1).length).toBeGreaterThan(0); // some were tried
    rows.slice(1).forEach((row, i) => {
      expect(row.accepted).toBeLessThan(rows[i]!.accepted + 0.01 + 1e-9);
    });
  });

  test("goes on from a copy of its state to the same digits", async () => {
    expect(await run(system, 30, 12)).toEqual(await run(system, 30));
  });
});
