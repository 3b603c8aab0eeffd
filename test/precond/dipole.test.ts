import { expect, test } from "vitest";
import { asRealField, dotReal, newRealField, type RealField, sumReal } from "../../src/kernels/fields.ts";
import type { Model } from "../../src/model/model.ts";
import { withDipole } from "../../src/precond/dipole.ts";
import { kerker } from "../../src/precond/filters/kerker.ts";
import { ldos } from "../../src/precond/ldos.ts";
import type { Preconditioner } from "../../src/precond/preconditioner.ts";
import { dipoleLayer } from "../../src/terms/dipole/dipole-layer.ts";
import { notTiny } from "../close.ts";
import { noise, sampleIterate, statesFor, testGrid } from "./laws.ts";

/** A slab of metal from 9 to 21 bohr in a cell of 30. */
const grid = testGrid([4, 4, 45], [[6, 0, 0], [0, 6, 0], [0, 0, 30]]); // biome-ignore format: a matrix
const model = {
  lattice: grid.lattice,
  species: [{ element: "Al", pseudopotential: { charge: 3 } }],
  atoms: [12, 15, 18].map((z) => ({ species: 0, position: [0, 0, z / 30] })),
} as unknown as Model;
const layer = dipoleLayer(model, grid, 2);
const inside = (r: number) => 0.02 / (1 + Math.exp(2 * (Math.abs(Math.floor(r / 16) / 1.5 - 15) - 6)));

test.each([1, 2] as const)("P′ is P with the response to the dipole, %i spin(s)", async (nSpin) => {
  const length = nSpin * grid.points;
  const states = asRealField(Float64Array.from({ length }, (_, r) => inside(r % grid.points) * (1 - 0.3 * Math.floor(r / grid.points)))); // biome-ignore format: one line
  const sample = sampleIterate({ grid, nSpin, states });
  const inner = ldos();
  const corrected = withDipole(inner, layer);
  const solved = async (
    of: Preconditioner,
    kind: "at" | "transposedAt",
    f: RealField,
  ): Promise<RealField> => {
    const out = newRealField(length);
    await (await of[kind]!(sample, statesFor(of, sample)))(out, f);
    return out;
  };
  const u = newRealField(length);
  layer.addTo(u, 1);
  // −χ̃₀ u by its definition
  const level = dotReal(states, u) / sumReal(states);
  const response = asRealField(states.map((d, r) => d * (u[r]! - level)));
  const strength = (4 * Math.PI * grid.dvol) / grid.lattice.volume;
  for (const [kind, left, right] of [
    ["at", response, u],
    ["transposedAt", u, response],
  ] as const) {
    // biome-ignore format: one line
    // A residual with a dipole, and some noise.
    const f = noise(length, 3);
    for (let r = 0; r < length; r++) f[r] = 1e-4 * f[r]! + states[r]! * (u[r]! - level);
    const found = await solved(corrected, kind, f);
    const rest = f.slice() as RealField;
    for (let r = 0; r < length; r++) rest[r]! -= strength * left[r]! * dotReal(right, found);
    const expected = await solved(inner, kind, rest);
    const without = await solved(inner, kind, f);
    const apart = (a: RealField, b: RealField) =>
      Math.sqrt(a.reduce((sum, x, r) => sum + (x - b[r]!) ** 2, 0));
    notTiny([apart(without, expected)], 0.01);
    // Conjugate gradients end at 10⁻³.
    expect(apart(found, expected)).toBeLessThan(0.02 * apart(without, expected));
  }
});

test("what knows no vacuum stays as it is", () => {
  const same = kerker();
  expect(withDipole(same, layer)).toBe(same);
});
