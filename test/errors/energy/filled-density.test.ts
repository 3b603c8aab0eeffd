import { expect, test } from "vitest";
import {
  densityGrid,
  type FilledOrbitals,
  filledDensity,
} from "../../../src/errors/energy/filled-density.ts";
import { exact } from "../../../src/interval/sides.ts";
import { wasmKernelsSync } from "../../../src/kernels/wasm/wasm.ts";
import { distance2, frozen, POTENTIAL, panelOf, STATES, type State } from "./states.ts";

const kernels = wasmKernelsSync();

function computed(
  states: readonly State[],
  potential: Parameters<typeof frozen>[0],
  change: Partial<FilledOrbitals> = {},
) {
  const orbitals = states.map(
    (state): FilledOrbitals => ({
      waves: state.waves,
      u: panelOf(state),
      multiplicity: state.multiplicity,
      skewness: exact(0),
      ...change,
    }),
  );
  const density = filledDensity(kernels, densityGrid(orbitals), 3);
  for (const each of orbitals) density.add(each);
  return density.distance2(frozen(potential));
}

// Broken once: one of G and −G alone, and the coefficients beyond the density left out.
test("the distance of two densities in the Coulomb norm, as the sums over pairs of waves have it", () => {
  for (const potential of [[], POTENTIAL]) {
    const truth = distance2(STATES, potential);
    const bound = computed(STATES, potential);
    expect(bound).toBeGreaterThanOrEqual(truth * (1 - 1e-13));
    expect(bound / truth).toBeLessThan(1 + 1e-10);
  }
});

// Broken once: ‖S⁻¹ − 1‖ left out.
test("orbitals that are not orthonormal: the density of their space is within the bound", () => {
  for (const s of [1e-3, 0.1]) {
    const state = STATES[0]!;
    const one = { ...state, multiplicity: 3, orthonormal: state.orthonormal.slice(0, 1) };
    // ‖u‖² = 1 − s, so S⁻¹ − 1 = s/(1 − s)
    const u = panelOf(one, 0, Math.sqrt(1 - s) - 1);
    const truth = distance2([one]);
    const bound = computed([one], [], { u, skewness: exact((s / (1 - s)) * (1 + 1e-14)) });
    expect(bound).toBeGreaterThan(truth);
    expect(bound).toBeLessThan(truth * (1 + 150 * s) ** 2);
    expect(computed([one], [], { u })).toBeLessThan(truth * (1 - s));
  }
});

test("a grid on which two products of waves would meet is refused", () => {
  const [state] = STATES;
  const orbitals = { waves: state!.waves, u: panelOf(state!), multiplicity: 3, skewness: exact(0) };
  const size = densityGrid([orbitals]);
  const small = filledDensity(kernels, [size[0], 4, size[2]], 3);
  expect(() => small.add(orbitals)).toThrow(/density grid: must have/);
});
