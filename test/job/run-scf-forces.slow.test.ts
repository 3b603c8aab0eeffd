import { describe, test } from "vitest";
import { DISPLACED_SILICON } from "../systems.ts";
import { checkForces, METAL } from "./forces-law.ts";

describe("forces are minus the derivative of the total energy of", () => {
  test("displaced silicon", () => checkForces(DISPLACED_SILICON));
  test("displaced silicon, PBE", () =>
    checkForces({ ...DISPLACED_SILICON, functional: "pbe", pseudopotentials: "gth-pbe" }));
  test("reduced Hartree-Fock silicon", () => checkForces({ ...DISPLACED_SILICON, functional: "none" }));
  for (const smearing of ["fermi-dirac", "gaussian", "methfessel-paxton-1", "marzari-vanderbilt"])
    test(`a metal with ${smearing} smearing`, () => checkForces({ ...METAL, smearing }));
});
