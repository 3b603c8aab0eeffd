import { isElement } from "../elements.ts";
import { type NumericPotential, numericPotential } from "../numeric-potential.ts";
import { type RadialMesh, simpsonMesh } from "../radial/radial-mesh.ts";
import { densityShape, resampledShape } from "../radial/radial-shape.ts";
import { upfFunctional } from "./file-functionals.ts";
import { digestOf } from "./file-numbers.ts";
import { type UpfSection, upfSections } from "./upf-sections.ts";
import {
  type Projector,
  readHeader1,
  readHeader2,
  readProjectors1,
  readProjectors2,
} from "./upf-versions.ts";

/** Quantum ESPRESSO's unit of energy [Ha]. */
const RYDBERG = 0.5;

/** End of the local potential [bohr]: beyond, v_loc is −Z/r and the mesh only adds noise. */
const LOCAL_END = 10;

/**
 * Reads a norm-conserving pseudopotential in the Unified Pseudopotential Format of Quantum
 * ESPRESSO, version 1 or 2. Files are in Rydberg: v_loc = PP_LOCAL/2, h = PP_DIJ/2, r·p = PP_BETA.
 * Radial integrals are Simpson's rule on the mesh of the file, with dr/dx from PP_RAB: as far as 10
 * bohr for the local potential, and for every projector up to the largest cutoff_radius_index of
 * all (in version 1, the longest), as in pw.x.
 *
 * A file that contradicts itself is refused: valence charge against the tail of PP_LOCAL, numbers
 * of projectors and of mesh points, PP_RAB against PP_R.
 *
 * @param name file name, for messages.
 * @throws InputError naming file, section and rule; also for ultrasoft, PAW, fully relativistic and
 *   Coulomb potentials.
 */
export function parseUpf(text: string, name: string): NumericPotential {
  const file = upfSections(text, name);
  const isVersion2 = /<UPF\s+version/.test(text);
  const section = file.section("PP_HEADER");
  const header = isVersion2 ? readHeader2(section) : readHeader1(section, file);
  const rule: UpfSection["rule"] = section.rule;
  rule(isElement(header.element), `element: must be a chemical symbol, got ${header.element}`);
  rule(
    header.type === "NC" || header.type === "SL",
    `pseudo_type: must be NC (norm-conserving), got ${header.type}; ultrasoft and PAW potentials are not available`,
  );
  rule(!header.isCoulomb, "is_coulomb: must be false, got true; a bare 1/r potential is not available");
  rule(
    !header.hasSpinOrbit,
    "has_so: must be false, got true; take the scalar relativistic potential of the same family",
  );
  rule(header.charge > 0, `z_valence: must be a positive number of electrons, got ${header.charge}`);
  rule(header.points >= 3 && header.points <= 1e6, `mesh_size: must be 3 or more, got ${header.points}`);

  const mesh: UpfSection = file.section("PP_MESH");
  const r = mesh.section("PP_R").numbers(header.points);
  const drdx = mesh.section("PP_RAB").numbers(header.points);
  mesh.rule(
    r.every((x, i) => x >= 0 && (i === 0 || x > r[i - 1]!)),
    "PP_R: radii must ascend from 0 or more",
  );
  const end = r.findIndex((x) => x > LOCAL_END);
  const localMesh = simpsonMesh(...upTo(r, drdx, end < 0 ? r.length : end + 1));

  checkMesh(mesh, r, drdx);
  const potential = file.section("PP_LOCAL");
  const values = cut(potential.numbers(header.points), localMesh);
  checkTail(potential, header.charge, localMesh.r, values);

  const nonlocal = header.projectors > 0 ? file.section("PP_NONLOCAL") : undefined;
  const unannounced = nonlocal === undefined ? file.count("PP_BETA(?:\\.\\d+)?") : 0;
  rule(
    unannounced === 0,
    `number of projectors: must be that of the sections PP_BETA, got 0 with ${unannounced} sections`,
  );
  const { projectors, coupling } =
    nonlocal === undefined
      ? { projectors: [], coupling: [] }
      : (isVersion2 ? readProjectors2 : readProjectors1)(nonlocal, header);
  const highest = projectors.reduce((most, { l }) => Math.max(most, l), -1);
  rule(
    header.highest === undefined || highest <= header.highest,
    `l_max: must be at least the l of every projector, got ${header.highest} with a projector of l = ${highest}`,
  );
  const longest = projectors.reduce((most, { used }) => Math.max(most, used), 0);
  const core = header.hasCore ? file.section("PP_NLCC").numbers(header.points) : null;
  rule(
    header.hasCore || !file.find("PP_NLCC")?.text.match(/[1-9]/),
    "core_correction: must be true where the file has a section PP_NLCC, got false",
  );
  const valence = file.find("PP_RHOATOM");
  return numericPotential({
    element: header.element,
    name,
    charge: header.charge,
    digest: digestOf(text),
    functional: { written: header.functional, names: upfFunctional(header.functional) },
    ...(header.cutoff > 0 ? { suggestedCutoff: header.cutoff * RYDBERG } : {}),
    localMesh,
    local: values.map((v) => v * RYDBERG),
    // Of an even number the last is not used, as in pw.x.
    projectorMesh: simpsonMesh(...upTo(r, drdx, longest)),
    channels: nonlocal === undefined ? [] : channelsOf(nonlocal, projectors, coupling),
    core: core && resampledShape(r, core),
    valence: valence ? densityShape(localMesh.r, cut(valence.numbers(header.points), localMesh)) : null,
  });
}

const upTo = (r: Float64Array, drdx: Float64Array, n: number): [Float64Array, Float64Array] => [
  r.subarray(0, n),
  drdx.subarray(0, n),
];

const cut = (f: Float64Array, { r }: RadialMesh): Float64Array => f.subarray(0, r.length);

/** Largest relative error of dr/dx against differences of radii; usual meshes have 1e-3 or less. */
const MESH_ERROR = 0.02;

/** @throws InputError unless PP_RAB is the derivative of PP_R. */
function checkMesh(section: UpfSection, r: Float64Array, drdx: Float64Array): void {
  for (let i = 1; i + 1 < r.length; i++) {
    const difference = (r[i + 1]! - r[i - 1]!) / 2;
    section.rule(
      Math.abs(drdx[i]! - difference) <= MESH_ERROR * difference,
      `PP_RAB: must be dr/dx of the radii in PP_R, got ${drdx[i]} at number ${i + 1}, where they differ by ${difference}`,
    );
  }
}

/** By how many electrons the tail of PP_LOCAL may miss the valence charge. */
const TAIL_ERROR = 0.01;

/** @throws InputError unless the local potential [Ry] ends as −2Z/r. */
function checkTail(section: UpfSection, charge: number, r: Float64Array, values: Float64Array): void {
  const [end, last] = [r.at(-1)!, values.at(-1)!];
  const found = (-last * end) / 2;
  section.rule(
    Math.abs(found - charge) <= TAIL_ERROR,
    `must end as -2Z/r with the ${charge} valence electrons of PP_HEADER, got ${found.toPrecision(6)} at r = ${end} bohr`,
  );
}

/** Projectors sorted by angular momentum, each l with its block of the coupling matrix in Ha. */
function channelsOf(
  section: UpfSection,
  projectors: readonly Projector[],
  d: readonly (readonly number[])[],
) {
  d.forEach((row, i) => {
    row.forEach((value, j) => {
      section.rule(
        value === 0 || projectors[i]!.l === projectors[j]!.l,
        `PP_DIJ: only projectors of one l may couple, got D(${i + 1}, ${j + 1}) = ${value}`,
      );
      section.rule(
        Math.abs(value - d[j]![i]!) <= 1e-8 * Math.abs(value),
        `PP_DIJ: must be symmetric, got ${value} and ${d[j]![i]} at (${i + 1}, ${j + 1})`,
      );
    });
  });
  const highest = projectors.reduce((most, { l }) => Math.max(most, l), 0);
  return Array.from({ length: highest + 1 }, (_, l) => {
    const mine = Array.from(projectors.keys()).filter((i) => projectors[i]!.l === l);
    return {
      h: mine.map((i) => mine.map((j) => ((d[i]![j]! + d[j]![i]!) / 2) * RYDBERG)),
      projectors: mine.map((i) => projectors[i]!.values),
    };
  });
}
