import { functionals } from "../../functionals/functionals.ts";
import type { Model } from "../../model/model.ts";
import type { Job } from "../schema/job.ts";
import { chargeText } from "./model.ts";
import type { Structure, StructureInFile } from "./structure.ts";

/** What is allowed but probably not meant, one line each; empty for most jobs. */
export function jobWarnings(job: Job, structure: StructureInFile): string[] {
  return [
    ...(job.accuracy === undefined
      ? []
      : [
          `accuracy: ${job.accuracy} is what scf aims at; here ecut ${job.ecut} Ha and the k-points of the job are taken as they are`,
        ]),
    ...structure.warnings,
    ...chargeWarnings(job, structure),
    ...mismatchedTables(job),
    ...momentWarnings(job, structure),
  ];
}

/** What the zero of a charged cell is, which no two programs agree on. */
function chargeWarnings(job: Job, structure: StructureInFile): string[] {
  const charge = job.charge ?? structure.charge ?? 0;
  const isOther =
    job.charge !== undefined && structure.charge !== undefined && job.charge !== structure.charge;
  return [
    ...(isOther
      ? [`charge: ${job.charge} of the job is taken, not ${structure.charge} of the structure file`]
      : []),
    ...(charge === 0
      ? []
      : [
          `charge: ${chargeText(charge, "are ")} and a uniform background makes the cell neutral; energies of charged cells depend on its size and compare only within one convention (docs/formats.md)`,
        ]),
  ];
}

/** A pseudopotential is made for one functional: gth-pbe for PBE, gth-lda for any LDA. */
function mismatchedTables({ functional, pseudopotentials }: Job): string[] {
  const names = functionals(functional).map(({ name }) => name);
  if (names.length === 0) return [];
  const isLda = names.every((name) => name.startsWith("lda_"));
  const isPbe = [...names].sort().join() === "gga_c_pbe,gga_x_pbe";
  const used = typeof pseudopotentials === "string" ? [pseudopotentials] : Object.values(pseudopotentials);
  const remedy = isLda ? "gth-lda fits" : isPbe ? "gth-pbe fits" : "no shipped family was made for it";
  return [...new Set(used)].flatMap((name) => {
    const made = /^gth-(lda|pbe)/.exec(name)?.[1];
    const fits = made === undefined || (made === "lda" ? isLda : isPbe);
    return fits
      ? []
      : [
          `pseudopotentials: ${name} was made for ${made.toUpperCase()} but the functional is ${show(functional)}; ${remedy}`,
        ];
  });
}

/** The same for files, which say what they were made for. */
export function functionalWarnings(
  job: Pick<Job, "functional">,
  { species }: Pick<Model, "species">,
): string[] {
  const mine = functionals(job.functional).map(({ name }) => name);
  if (mine.length === 0) return [];
  return species.flatMap(({ element, pseudopotential: p }) => {
    if (p.kind !== "numeric") return [];
    const { written, names } = p.functional;
    const isSame = names?.length === mine.length && names.every((name) => mine.includes(name));
    if (isSame) return [];
    const remedy = names === null ? "which is not available" : `give ${JSON.stringify(names)}`;
    return [
      `pseudopotentials.${element}: ${p.name} was made for ${written} but the functional is ${show(job.functional)}; ${remedy}`,
    ];
  });
}

const show = (functional: Job["functional"]): string =>
  typeof functional === "string" ? functional : functional.join(" + ");

/** Initial moments without spin, or spin without them. */
export function momentWarnings({ spin }: Job, { atoms }: Structure): string[] {
  if (spin === "collinear")
    return atoms.every(({ magneticMoment, momentShare }) => (magneticMoment ?? momentShare ?? 0) === 0)
      ? [
          "structure.atoms: spin is collinear but no atom has a magneticMoment: the run starts and stays without a moment",
        ]
      : [];
  const count = atoms.filter((atom) => (atom.magneticMoment ?? atom.momentShare) !== undefined).length;
  const moments = count === 1 ? "a magneticMoment is" : `${count} magneticMoments are`;
  return count === 0
    ? []
    : [
        `structure.atoms: ${moments} ignored because spin is none; give "spin": "collinear" for a magnetic run`,
      ];
}
