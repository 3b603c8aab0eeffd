import * as z from "zod";
import { InputError } from "../../common/failure.ts";
import { SMEARING_NAMES } from "../../model/smearing.ts";
import { SYMMETRY_TOLERANCE } from "../../model/symmetry.ts";
import { DENSITY_MIXING_OPTIONS } from "../../scf/methods/density-mixing.ts";
import { acceleratorSchema } from "./accelerators.ts";
import { ACCURACY_RULE, readAccuracy } from "./accuracy.ts";
import { checkJob, UNSAID_ECUT } from "./checks.ts";
import { fields, finite, flag, numbers, oneOf, positiveNumber, text, triple, wholeNumber } from "./fields.ts";
import { explain } from "./issues.ts";
import type { Job } from "./job.ts";
import { mixingSchema } from "./mixings.ts";

const vector = (what: string) => triple(finite(`must be a finite number`), `must be three numbers; ${what}`);

const inlineStructure = fields({
  lattice: triple(
    vector("one lattice vector"),
    "must be three lattice vectors as rows; such as [[10, 0, 0], [0, 10, 0], [0, 0, 10]]",
  ),
  atoms: z
    .array(
      fields({
        element: text("must be a chemical symbol; such as Si"),
        position: vector("fractional, or Cartesian when structure.cartesian is true"),
        magneticMoment: finite("must be a number of Bohr magnetons").optional(),
      }),
      {
        error: 'must be a list with at least one atom; such as [{ "element": "Si", "position": [0, 0, 0] }]',
      },
    )
    .min(1),
  cartesian: flag().default(false),
  units: oneOf(["bohr", "angstrom"]).default("bohr"),
  allowCloseAtoms: flag().optional(),
});

const structureFile = fields({
  file: text("must be the path of a structure file, relative to the job file"),
  allowCloseAtoms: flag().optional(),
  allowFormulaMismatch: flag().optional(),
});

const count = wholeNumber("must be a positive whole number", 1);

const kshift = triple(
  finite("must be a finite number; in units of the k-point spacing"),
  "must be three numbers in units of the k-point spacing; such as [0.5, 0.5, 0.5]",
);

const tolerance = (what: string) => positiveNumber(`must be a positive tolerance; ${what}`).optional();

const scfSchema = fields({
  mixing: mixingSchema.optional(),
  accelerator: acceleratorSchema.prefault({ name: "anderson" }),
  ...numbers(DENSITY_MIXING_OPTIONS),
  tolerance: fields({
    density: tolerance("the L2 norm of the density residual in bohr^(-3/2), usually 1e-6"),
    energy: tolerance("the change of the free energy in Ha, usually 1e-8"),
  }).default({ density: 1e-6 }),
  maxIterations: wholeNumber("must be a positive number of steps; 100 is usual", 1).default(100),
});

/** The job file as data: fields, kinds, defaults. Rules between fields are in `checkJob`. */
export const jobSchema = fields({
  $schema: z.string({ error: "must be the address of a JSON Schema, for editors" }).optional(),
  title: z.string({ error: "must be text" }).optional(),
  hamiltonian: z
    .union(
      [
        oneOf(["kohn-sham", "core", "cohen-bergstresser"]),
        fields({ frozen: text("must be the path of a stored potential") }),
      ],
      { error: 'must be kohn-sham, core, cohen-bergstresser or { "frozen": "file.json" }' },
    )
    .default("kohn-sham"),
  structure: z.union([inlineStructure, structureFile], {
    error: 'must be { "lattice": …, "atoms": … } or { "file": "atoms.cif" }',
  }),
  pseudopotentials: z
    .union(
      [
        text("must be a family name; such as gth-lda"),
        z.record(
          z.string(),
          text("must be a family name or a file path (UPF, psp8 or GTH); such as gth-lda"),
        ),
      ],
      {
        error: "must be a family name or an object from element to family or file; such as gth-lda",
      },
    )
    .default("gth-lda"),
  functional: z
    .union(
      [text("must be a functional; such as lda-pw92"), z.array(text("must be a libxc name; such as lda_x"))],
      {
        error: "must be a name or a list of libxc names; such as lda-pw92",
      },
    )
    .default("lda-pw92"),
  accuracy: z
    .string({ error: ACCURACY_RULE })
    .refine((written) => readAccuracy(written) !== undefined, { error: ACCURACY_RULE })
    .optional(),
  ecut: positiveNumber(
    "must be a positive plane-wave cutoff in Ha; 10 to 40 is usual with GTH pseudopotentials",
  ),
  kgrid: z
    .union(
      [
        triple(count, "must be three positive whole numbers; such as [4, 4, 4]"),
        fields({
          spacing: positiveNumber("must be a positive distance of k-points in 1/angstrom; 0.15 is fine"),
        }),
      ],
      {
        error: 'must be three positive whole numbers or { "spacing": 0.15 } in 1/angstrom; such as [4, 4, 4]',
      },
    )
    .default([1, 1, 1]),
  kshift: kshift.default([0, 0, 0]),
  kshifts: z
    .array(kshift, { error: "must be a list of shifts; such as [[0, 0, 0], [0.5, 0.5, 0.5]]" })
    .min(1)
    .optional(),
  kpoints: z
    .array(
      fields({
        k: vector("a k-point in reduced coordinates"),
        weight: finite("must be a weight of zero or more; weights are scaled to add to 1").min(0),
      }),
      { error: 'must be a list of k-points; such as [{ "k": [0, 0, 0], "weight": 1 }]' },
    )
    .min(1)
    .optional(),
  kgridSymmetry: oneOf(["crystal", "none"]).default("crystal"),
  fftSize: triple(count, "must be three positive whole numbers or null; null chooses the smallest exact grid")
    .nullable()
    .default(null),
  charge: finite(
    "must be the number of electrons removed from the neutral cell; negative for added ones",
  ).optional(),
  dipoleCorrection: z
    .literal([true, false, 1, 2, 3], {
      error: "must be true, false, or the lattice vector out of the slab: 1, 2 or 3",
    })
    .optional(),
  temperature: finite("must be a smearing width in Ha, zero or more; 0.001 is usual for metals")
    .min(0)
    .default(0),
  smearing: oneOf(SMEARING_NAMES).optional(),
  spin: oneOf(["none", "collinear"]).default("none"),
  bands: wholeNumber("must be a positive whole number or null; null chooses it from the electrons", 1)
    .nullable()
    .default(null),
  symmetry: flag().default(true),
  symmetryTolerance: positiveNumber("must be a positive length in bohr; 0.0001 is usual")
    .lte(0.1)
    .default(SYMMETRY_TOLERANCE),
  stress: flag().default(false),
  check: flag().default(false),
  realOrbitals: flag().default(true),
  scf: scfSchema.prefault({}),
  seed: z.int({ error: "must be a whole number; the start of the random numbers" }).default(0),
  peer: z.record(z.string(), z.unknown(), { error: "must be an object" }).optional(),
});

/** A job whose cutoff may be left to an accuracy that is asked for. */
export const aimedJobSchema = jobSchema.partial({ ecut: true });

/** A job as it may be written: defaults left out. */
export type JobFile = z.input<typeof jobSchema>;

/**
 * The job in `value` with every default filled in.
 *
 * @param accuracy that is asked for beside the job: with it, or with one of its own, a job needs no
 *   `ecut`, which is then `UNSAID_ECUT`.
 * @throws InputError naming the first field that is wrong, what was found there, and what is
 *   allowed.
 */
export function parseJob(value: unknown, accuracy?: string): Job {
  const own = (value as { readonly accuracy?: unknown } | null | undefined)?.accuracy;
  const schema = (accuracy ?? own) === undefined ? jobSchema : aimedJobSchema;
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new InputError(explain(parsed.error, value));
  return checkJob({ ...parsed.data, ecut: parsed.data.ecut ?? UNSAID_ECUT });
}
