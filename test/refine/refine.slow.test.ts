import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, test } from "vitest";
import { norm, sub, type Vec3 } from "../../src/common/vec3.ts";
import { groundForces } from "../../src/scf/derivatives.ts";
import { close } from "../close.ts";
import { SILICON } from "../systems.ts";
import { distance, refined, type Solved, solved } from "./solved.ts";

const TIGHT = { steps: 60, tolerance: 1e-7, maxProducts: 60 };

describe("silicon at Γ, one atom displaced, is corrected as by an independent program", () => {
  const table = JSON.parse(readFileSync("test/fixtures/refine/silicon-gamma.json", "utf8"));
  const job = (ecut: number) => ({
    ...SILICON,
    structure: {
      ...SILICON.structure,
      atoms: [0.125, -0.125].map((at, i) => ({
        element: "Si",
        position: table.displacement.map((d: number) => at + (i === 0 ? d : 0)),
      })),
    },
    ecut,
    kgrid: [1, 1, 1],
    symmetry: false,
  });
  let reference: Solved;
  let force: Vec3;
  beforeAll(async () => {
    reference = await solved(job(table.reference));
    [force] = (await groundForces(reference.problem, reference.end.last, reference.end.orbitals))! as [Vec3];
  }, 300_000);
  afterAll(() => reference.end.orbitals.close());

  test.each(
    table.rows as {
      ecut: number;
      energy: number;
      half: number;
      eval: number;
      density: { true: number; est: number; left: number };
      force: { true: number; est: number; left: number };
    }[],
  )("from $ecut Ha", async (row) => {
    // biome-ignore format: a row
    const coarse = await solved(job(row.ecut));
    const [raw] = (await groundForces(coarse.problem, coarse.end.last, coarse.end.orbitals))!;
    const { found, forces } = await refined(coarse, reference.problem, TIGHT);
    await coarse.end.orbitals.close();
    const { before, after } = found;
    const { last } = reference.end;
    const { dvol } = reference.problem.basis.grid;
    const energy = last.energies.total - before.energies.total;
    close(energy / row.energy, 1, 5e-4, "energy, four digits printed");
    close(found.halfEnergy / energy, row.half, 2e-5, "half");
    close((after.energies.total - before.energies.total) / energy, row.eval, 2e-5, "eval");
    const density = distance(last.rhoOut, before.rho);
    close((Math.sqrt(dvol) * density) / row.density.true, 1, 5e-3, "density, three digits printed");
    close(distance(after.rho, before.rho) / density, row.density.est, 1e-4, "density");
    close(distance(after.rho, last.rhoOut) / density, row.density.left, 1e-4, "density left");
    // The force before is ours on the coarse grid, theirs on the fine one.
    const wrong = norm(sub(force, raw!));
    close(wrong / row.force.true, 1, 5e-3, "force, three digits printed");
    close(norm(sub(forces[0]!, raw!)) / wrong, row.force.est, 1e-3, "force");
    close(norm(sub(forces[0]!, force)) / wrong, row.force.left, 1e-3, "force left");
  });
});
