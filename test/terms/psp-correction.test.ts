import { describe, expect, test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { localFourier, valenceCharge } from "../../src/atoms/pseudopotential-formulas.ts";
import type { Mat3 } from "../../src/common/vec3.ts";
import { createLattice } from "../../src/model/lattice.ts";
import type { Model } from "../../src/model/model.ts";
import { pspCorrection } from "../../src/terms/psp-correction/psp-correction.ts";
import { close } from "../close.ts";

/** Gallium with its 3d shell in the core. */
function model(vectors: Mat3, elements: string[], family: string): Model {
  const named = (element: string) => (element === "Ga" ? `${family}-q3` : family);
  const species = elements.map((element) => ({ element, pseudopotential: findGth(element, named(element)) }));
  return {
    lattice: createLattice(vectors),
    species,
    atoms: elements.map((_, i) => ({ species: i, position: [0.1 * i, 0, 0] })),
    electrons: species.reduce((sum, kind) => sum + valenceCharge(kind.pseudopotential), 0),
    smearing: "none",
    temperature: 0,
    nSpin: 1,
  };
}
const fcc = (a: number): Mat3 => [[0, a / 2, a / 2], [a / 2, 0, a / 2], [a / 2, a / 2, 0]]; // biome-ignore format: a matrix

describe("pspCorrection", () => {
  test("agrees with ABINIT 9.6.2, which prints fifteen digits", () => {
    const same = (actual: number, expected: number) => {
      expect(Math.abs(expected)).toBeGreaterThan(0.1);
      close(actual, expected, 2e-14);
    };
    same(pspCorrection(model(fcc(10.26), ["Si", "Si"], "gth-lda")).energy(), -0.294892765803411);
    same(pspCorrection(model(fcc(10.68), ["Ga", "As"], "gth-lda")).energy(), 0.378427127904215);
    const a = 4.05 * 1.8897261254578281; // the bohr of CODATA 2014 is that of the run of ABINIT
    const slab: Mat3 = [[a, 0, 0], [0, a, 0], [0, 0, 3 * a]]; // biome-ignore format: a matrix
    same(pspCorrection(model(slab, new Array<string>(8).fill("Al"), "gth-lda")).energy(), -1.19487781777952);
    same(pspCorrection(model(slab, new Array<string>(8).fill("Al"), "gth-pbe")).energy(), -1.00297775507848);
  });

  test("is what is left of the local potential without its Coulomb part as q tends to 0", () => {
    const crystal = model(fcc(10.68), ["Ga", "As"], "gth-lda");
    const rest = (q: number) =>
      crystal.species.reduce((sum, { pseudopotential: p }) => {
        return sum + localFourier(p, q) + (4 * Math.PI * valenceCharge(p)) / (q * q);
      }, 0);
    // The rest is even in q; two small q extrapolate to 0 with an error of order q⁴, and lose 1e-16·4πZ/q².
    const limit = (4 * rest(0.01) - rest(0.02)) / 3;
    const { name, energy } = pspCorrection(crystal);
    close(energy(), (8 / crystal.lattice.volume) * limit, 1e-8);
    expect(name).toBe("pspCorrection");
  });
});
