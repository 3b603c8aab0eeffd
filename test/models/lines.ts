import { expect } from "vitest";
import { groundState } from "../../src/ground/find-ground-state.ts";
import type { RealField } from "../../src/kernels/fields.ts";
import type { DefinedModel } from "../../src/models/define-model.ts";
import {
  type DielectricMatrix,
  dielectricMatrix,
  preconditionedSpectrum,
} from "../../src/models/dielectric-matrix.ts";
import { type LineSystem, lineSystem } from "../../src/models/line-system.ts";
import { ldos } from "../../src/precond/ldos.ts";
import { densityMixing } from "../../src/scf/methods/density-mixing.ts";

/** A line at its ground state, with its dielectric operator. */
export interface Case {
  readonly model: DefinedModel;
  readonly density: RealField;
  readonly matrix: DielectricMatrix;
}

export async function solved(system: LineSystem): Promise<Case> {
  const model = await lineSystem(system);
  const { density, converged } = await groundState(model, {
    method: densityMixing({ preconditioner: ldos(), damping: 0.5 }),
    tolerance: { density: 1e-9 },
  });
  expect(converged).toBe(true);
  return { model, density: density.data, matrix: await dielectricMatrix(model, density.data) };
}

export type AnyPreconditioner = Parameters<typeof preconditionedSpectrum>[1];

export const condition = async ({ matrix }: Case, preconditioner: AnyPreconditioner): Promise<number> =>
  (await preconditionedSpectrum(matrix, preconditioner)).rates!.condition;
