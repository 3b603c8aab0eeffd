import { isElement } from "./elements.ts";
import { upfFunctional } from "./file-functionals.ts";
import { digestOf } from "./file-numbers.ts";
import { type NumericPotential, numericPotential } from "./numeric-potential.ts";
import { type RadialMesh, simpsonMesh } from "./radial-mesh.ts";
import { densityShape, resampledShape } from "./radial-shape.ts";
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

/** The local potential ends here [bohr]: beyond it v_loc is −Z/r, and meshes that go on only add noise. */
const LOCAL_END = 10;

/**
 * Reads a norm-conserving pseudopotential in the Unified Pseudopotential Format of Quantum ESPRESSO, version 1 or 2.
 * Files are in Rydberg: v_loc = PP_LOCAL/2, h = PP_DIJ/2, r·p = PP_BETA. Radial integrals are Simpson's rule on the mesh of
 * the file, with dr/dx from PP_RAB, as far as 10 bohr for the local potential.
 *
 * @param name file name, for messages.
 * @throws InputError naming file, section and rule; also for ultrasoft, PAW, fully relativistic and Coulomb potentials.
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

  const nonlocal = header.projectors > 0 ? file.section("PP_NONLOCAL") : undefined;
  const { projectors, coupling } =
    nonlocal === undefined
      ? { projectors: [], coupling: [] }
      : (isVersion2 ? readProjectors2 : readProjectors1)(nonlocal, header);
  const longest = projectors.reduce((most, { used }) => Math.max(most, used), 0);
  const core = header.hasCore ? file.section("PP_NLCC").numbers(header.points) : null;
  const valence = file.find("PP_RHOATOM");
  return numericPotential({
    element: header.element,
    name,
    charge: header.charge,
    digest: digestOf(text),
    functional: { written: header.functional, names: upfFunctional(header.functional) },
    localMesh,
    local: cut(file.section("PP_LOCAL").numbers(header.points), localMesh).map((v) => v * RYDBERG),
    projectorMesh: simpsonMesh(...upTo(r, drdx, Math.min(r.length, longest + ((longest + 1) % 2)))),
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
