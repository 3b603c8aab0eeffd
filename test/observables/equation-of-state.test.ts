import { expect, test } from "vitest";
import { energyAtVolume, equationOfState } from "../../src/observables/equation-of-state.ts";

const SILICON = {
  volume: 266,
  energy: -7.9,
  bulkModulus: 0.0033,
  bulkModulusDerivative: 4.2,
  deviation: 0,
};
const around = (volume: number, stretches: readonly number[]) => stretches.map((x) => volume * (1 + x));
const VOLUMES = around(260, [-0.06, -0.04, -0.02, 0, 0.02, 0.04, 0.06]);

test("the parameters of a curve are found from its energies", async () => {
  const energies = VOLUMES.map((volume) => energyAtVolume(SILICON, volume));
  const fit = (await equationOfState(VOLUMES, energies))!;
  expect(fit.volume).toBeCloseTo(SILICON.volume, 6);
  expect(fit.energy).toBeCloseTo(SILICON.energy, 12);
  expect(fit.bulkModulus).toBeCloseTo(SILICON.bulkModulus, 10);
  expect(fit.bulkModulusDerivative).toBeCloseTo(SILICON.bulkModulusDerivative, 5);
  expect(fit.deviation).toBeLessThan(1e-12);
});

test("bulk modulus and derivative are derivatives of the energy by the volume", async () => {
  // Energies of no equation of state: E = (V − 100)²·(1 + (V − 100)/300)/1e4.
  const volumes = around(100, [-0.1, -0.05, -0.02, 0.01, 0.05, 0.1]);
  const fit = (await equationOfState(
    volumes,
    volumes.map((v) => ((v - 100) ** 2 * (1 + (v - 100) / 300)) / 1e4),
  ))!;
  const h = 0.05;
  const at = (i: number) => energyAtVolume(fit, fit.volume + i * h);
  const first = (at(1) - at(-1)) / (2 * h);
  const second = (at(1) - 2 * at(0) + at(-1)) / h ** 2;
  const third = (at(2) - 2 * at(1) + 2 * at(-1) - at(-2)) / (2 * h ** 3);
  expect(first).toBeCloseTo(0, 7);
  expect(fit.bulkModulus / (fit.volume * second)).toBeCloseTo(1, 5);
  expect(fit.bulkModulusDerivative).toBeCloseTo(-1 - (fit.volume * third) / second, 2);
  expect(fit.deviation).toBeGreaterThan(0);
  const squares = volumes.map(
    (v) => (energyAtVolume(fit, v) - ((v - 100) ** 2 * (1 + (v - 100) / 300)) / 1e4) ** 2,
  );
  expect(fit.deviation).toBeCloseTo(Math.sqrt(squares.reduce((sum, x) => sum + x) / 6), 12);
});

test("energies that only fall, or only have a maximum, have no equation of state", async () => {
  const falling = VOLUMES.map((volume) => energyAtVolume({ ...SILICON, volume: 320 }, volume));
  expect(await equationOfState(VOLUMES, falling)).toBeUndefined();
  const turned = VOLUMES.map((volume) => -energyAtVolume(SILICON, volume));
  expect(await equationOfState(VOLUMES, turned)).toBeUndefined();
});
