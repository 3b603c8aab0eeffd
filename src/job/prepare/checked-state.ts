import * as z from "zod";
import { isFastGrid } from "../../basis/grid.ts";
import { requireOption } from "../../common/failure.ts";
import { fieldName } from "../../common/file-schema.ts";
import type { RealField } from "../../kernels/fields.ts";

/* Checks a state from a file: every part has its kind and size, every number is finite. */
const field = z.custom<RealField>(
  (value) => value instanceof Float64Array && value.length > 0 && value.every(Number.isFinite),
  { error: "must be an array of finite numbers" },
);
const count = z.int().min(1);
/** Larger ones are no positions, no k-points and no lattice vectors [bohr]. */
const coordinate = z.number().min(-1e6).max(1e6);
const vector = z.tuple([coordinate, coordinate, coordinate]);
const point = z.looseObject({
  input: field,
  step: field,
  direction: field.optional(),
  coordinates: z.array(z.number()).optional(),
});

const methodSchema = z.discriminatedUnion("name", [
  z.looseObject({
    name: z.literal("density-mixing"),
    history: z.array(point),
    guard: z
      .looseObject({
        best: point.extend({ energy: z.number(), densityResidual: z.number() }),
        factor: z.number(),
      })
      .optional(),
  }),
  z.looseObject({
    name: z.literal("potential-mixing"),
    history: z.array(point),
    search: z
      .looseObject({
        potential: field,
        isMeasurement: z.boolean(),
        base: z.looseObject({ potential: field, energy: z.number(), step: field }),
        line: z.looseObject({
          direction: field,
          damping: z.number(),
          tries: z.int(),
          isSteepest: z.boolean(),
        }),
        trial: z.number(),
        measureBelow: z.number(),
      })
      .optional(),
  }),
]);

const systemSchema = z.looseObject({
  lattice: z.tuple([vector, vector, vector]),
  atoms: z.array(
    z.looseObject({ element: z.string(), position: vector, magneticMoment: z.number().optional() }),
  ),
  fftSize: z.tuple([count, count, count]).refine(isFastGrid),
  spheres: z.array(z.looseObject({ k: vector, planeWaves: count })).min(1),
  physics: z.looseObject({ bands: count.nullable() }).optional(),
});

const finite = z.number();
const fields = z.array(field);
const settledSchema = z.looseObject({
  rhoIn: field,
  rhoOut: field,
  levels: z.array(z.looseObject({ weight: finite, spin: finite.optional(), eigenvalues: field })),
  residualNorms: fields,
  occupation: z.looseObject({ fermiLevel: finite, occupations: fields, warnings: z.array(z.string()) }),
  energies: z.looseObject({ total: finite }).catchall(finite),
  warnings: z.array(z.string()),
});

const stateSchema = z.looseObject({
  rho: field,
  method: z
    .union([methodSchema, z.looseObject({ name: z.string().regex(/^(?!(density|potential)-mixing$)/) })])
    .optional(),
  history: z.array(z.looseObject({ step: count, energy: z.number(), densityResidual: z.number().min(0) })),
  eigenTolerance: z.number().positive(),
  nBands: count,
  nConverge: count,
  orbitals: z.array(field).optional(),
  settled: settledSchema.optional(),
  system: systemSchema.optional(),
  carried: z.object({ ecut: z.number().positive() }).optional(),
});

export type CheckedState = z.infer<typeof stateSchema>;

/**
 * Returns a state that was read from a file, once every part of it is what it must be.
 *
 * @throws InputError that names the first part that is not.
 */
export function checkedState(value: unknown): CheckedState {
  const said = withMethod(value);
  const [issue] = stateSchema.safeParse(said).error?.issues ?? [];
  requireRestart(
    issue === undefined,
    () =>
      `must be a state written by this program's checkpoint, got something else (${fieldName(issue!.path) || "all of it"})`,
  );
  // Not the parser's copy, which has its fields in another order.
  const state = said as CheckedState;
  const { nBands, nConverge, orbitals, system, settled } = state;
  const sizes = [...fieldsOf(state.method), ...(settled ? [settled.rhoIn, settled.rhoOut] : [])].map(
    ({ length }) => length,
  );
  const points = system?.fftSize.reduce((product, n) => product * n, 1);
  requireRestart(
    nConverge <= nBands &&
      (system?.spheres ?? []).every(({ planeWaves }) => nBands <= planeWaves) &&
      sizes.every((length) => length === state.rho.length) &&
      (points === undefined || state.rho.length === points || state.rho.length === 2 * points),
    () => "must be a state whose parts fit together, got one that was changed",
  );
  // Bands for the next step may have been added since the orbitals were made.
  const bands =
    system &&
    orbitals?.map(({ length }, i) => length / (2 * system.spheres[i % system.spheres.length]!.planeWaves));
  requireRestart(
    bands === undefined ||
      (bands.length % system!.spheres.length === 0 &&
        bands.every((count) => count === bands[0] && Number.isInteger(count) && count <= nBands)),
    () => `must have orbitals of at most ${nBands} bands at every k-point, got others; the file was changed`,
  );
  const { levels = [], occupation, residualNorms = [] } = settled ?? {};
  requireRestart(
    settled === undefined ||
      (bands !== undefined &&
        state.history.length > 0 &&
        [levels, occupation?.occupations, residualNorms].every((each) => each?.length === bands.length) &&
        [...levels.map(({ eigenvalues }) => eigenvalues), ...(occupation?.occupations ?? [])].every(
          ({ length }) => length === bands[0],
        )),
    () => "must have the levels of its orbitals, got others; the file was changed",
  );
  return state;
}

/** @throws OptionError that names the option `restart`, unless `condition` holds. */
export function requireRestart(condition: boolean, fault: () => string): asserts condition {
  requireOption(condition, "options", (named) => `${named("restart")}: ${fault()}`);
}

/** All arrays in what a method remembers. */
function fieldsOf(value: unknown): Float64Array[] {
  if (value instanceof Float64Array) return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(fieldsOf) : [];
}

/** Reads the memory of a method where version 0.1.0 had it: beside the density. */
function withMethod(value: unknown): unknown {
  const { accelerator, guard, search, ...rest } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (!Array.isArray(accelerator)) return value;
  const history = accelerator.map(renamed);
  const method = search
    ? { name: "potential-mixing", history, search }
    : {
        name: "density-mixing",
        history,
        ...(isObject(guard) && { guard: { ...guard, best: renamed(guard.best) } }),
      };
  return { ...rest, method };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

function renamed(value: unknown): unknown {
  if (!isObject(value)) return value;
  const { rho, ...point } = value;
  return { input: rho, ...point };
}
