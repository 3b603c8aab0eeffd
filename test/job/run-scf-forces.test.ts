import { describe, test } from "vitest";
import { DISPLACED_SILICON } from "../systems.ts";
import { checkForces, METAL } from "./forces-law.ts";

describe("forces are minus the derivative of the total energy of", () => {
  test("displaced silicon", () => checkForces(DISPLACED_SILICON));
  test("a smeared metal, of the free energy", () => checkForces(METAL));
});
