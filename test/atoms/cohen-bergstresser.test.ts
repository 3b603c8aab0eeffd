import { expect, test } from "vitest";
import { COHEN_BERGSTRESSER_SILICON as silicon } from "../../src/atoms/cohen-bergstresser.ts";
import {
  localFourier,
  localFourierAt0Correction,
  nonlocalChannels,
  valenceCharge,
} from "../../src/atoms/pseudopotential-formulas.ts";
import { dot, rowsVec, type Vec3 } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import { close } from "../close.ts";

const a = silicon.latticeConstant;
const lattice = createLattice([
  [0, a / 2, a / 2],
  [a / 2, 0, a / 2],
  [a / 2, a / 2, 0],
]);

/** V(G) of the crystal with atoms at ±(1/8, 1/8, 1/8) as a calculation sums it up. */
const crystal = (g: Vec3) => {
  const cart = rowsVec(lattice.reciprocal, g);
  const phase = (2 * Math.PI * (g[0] + g[1] + g[2])) / 8;
  return (2 * Math.cos(phase) * localFourier(silicon, Math.sqrt(dot(cart, cart)))) / lattice.volume;
};

test("the crystal has V(G) = v cos(2π G·(1/8, 1/8, 1/8)) with the published form factors in rydberg", () => {
  const published: Record<number, number> = { 3: -0.21, 8: 0.04, 11: 0.08 };
  let counted = 0;
  for (let x = -4; x <= 4; x++)
    for (let y = -4; y <= 4; y++)
      for (let z = -4; z <= 4; z++) {
        if (x === 0 && y === 0 && z === 0) continue;
        const cart = rowsVec(lattice.reciprocal, [x, y, z]);
        const shell = Math.round(dot(cart, cart) / ((2 * Math.PI) / a) ** 2);
        const expected = ((published[shell] ?? 0) / 2) * Math.cos((Math.PI / 4) * (x + y + z));
        close(crystal([x, y, z]), expected, 1e-15, `V(${x}, ${y}, ${z})`);
        if (Math.abs(expected) > 1e-3) counted++;
      }
  // 8 vectors with |G|² = 3, 12 with 8, 24 with 11; the structure factor is ±1/√2 or ±1 on all of them but none 0.
  expect(counted).toBe(8 + 12 + 24);
});

test("the model is local, with four electrons per atom and no zero of energy", () => {
  expect(a).toBeCloseTo(10.2612, 4);
  expect(nonlocalChannels(silicon)).toEqual([]);
  expect(valenceCharge(silicon)).toBe(4);
  expect(localFourierAt0Correction(silicon)).toBe(0);
});
