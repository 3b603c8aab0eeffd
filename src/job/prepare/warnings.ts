import { functionals } from "../../functionals/functionals.ts";
import type { Model } from "../../model/model.ts";
import type { Job } from "../schema/job.ts";
import type { Structure, StructureInFile } from "./structure.ts";

/** What is allowed but probably not meant, one line each; empty for most jobs. */
export function jobWarnings(job: Job, structure: StructureInFile): string[] {
  return [
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
          `charge: ${charge} electrons are removed and a uniform background makes the cell neutral; energies of charged cells depend on its size and compare only within one convention (docs/formats.md)`,
        ]),
  ];
}

/** A pseudopotential is made for one functional. */
function mismatchedTables({ functional, pseudopotentials }: Job): string[] {
  const isPbe =
    typeof functional === "string"
      ? functional === "pbe"
      : functional.some((name) => name.startsWith("gga_"));
  const made = isPbe ? "pbe" : "lda";
  const used = typeof pseudopotentials === "string" ? [pseudopotentials] : Object.values(pseudopotentials);
  if (functional === "none") return [];
  return [...new Set(used)]
    .filter((name) => /^gth-(lda|pbe)/.test(name) && !name.startsWith(`gth-${made}`))
    .map(
      (name) =>
        `pseudopotentials: ${name} was made for ${isPbe ? "LDA" : "PBE"} but the functional is ${show(functional)}; gth-${made} fits`,
    );
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
