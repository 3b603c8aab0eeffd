import { test } from "vitest";
import { findGth } from "../../src/atoms/gth/gth-table.ts";
import { toPsp8 } from "../atoms/pseudopotential-writers.ts";
import { checkCoreForces } from "./core-forces-law.ts";

test("forces are minus the derivative of the energy where atoms have cores, with PBE and two spins", () => {
  const text = toPsp8(findGth("Si", "gth-pbe"), 11, { electrons: 2, width: 0.9 });
  const fields = {
    pseudopotentials: { Si: "Si.psp8" },
    functional: "pbe",
    spin: "collinear",
    temperature: 0.01,
  };
  return checkCoreForces(fields, async () => text);
});
