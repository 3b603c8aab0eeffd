import { atomicNumber } from "../../src/atoms/elements.ts";
import type { GthPotential } from "../../src/atoms/pseudopotential.ts";
import { erf } from "../../src/common/special/erfc.ts";

/**
 * GTH potentials written as files of other formats: the same physics through another door. A core that exchange and
 * correlation see may be added, N e^{−(r/s)²}/(√π s)³.
 */
export interface ModelCore {
  readonly electrons: number;
  /** s [bohr]. */
  readonly width: number;
}

/** v_loc(r) of a GTH potential [GTH96 eq. 1] [Ha]. */
function local({ charge, rloc, c }: GthPotential, r: number): number {
  const x2 = (r / rloc) ** 2;
  const coulomb = r === 0 ? Math.sqrt(2 / Math.PI) / rloc : erf(r / (Math.SQRT2 * rloc)) / r;
  return -charge * coulomb + Math.exp(-x2 / 2) * c.reduce((sum, ci, i) => sum + ci * x2 ** i, 0);
}

/** Γ(n + 1/2). */
const gammaHalf = (n: number): number => (n === 0 ? Math.sqrt(Math.PI) : (n - 0.5) * gammaHalf(n - 1));

/** r·p_i^l(r), i = 1, 2, … [GTH96 eq. 3]. */
function projector(l: number, i: number, width: number, r: number): number {
  const norm = width ** (l + (4 * i - 1) / 2) * Math.sqrt(gammaHalf(l + 2 * i - 1));
  return (r * Math.SQRT2 * r ** (l + 2 * (i - 1)) * Math.exp(-(r * r) / (2 * width * width))) / norm;
}

const core = ({ electrons, width }: ModelCore, r: number): number =>
  (electrons * Math.exp(-((r / width) ** 2))) / (Math.sqrt(Math.PI) * width) ** 3;

const line = (...x: number[]): string => x.map((value) => value.toExponential(15)).join(" ");
const rows = (x: readonly number[]): string =>
  Array.from({ length: Math.ceil(x.length / 4) }, (_, i) => line(...x.slice(4 * i, 4 * i + 4))).join("\n");

/** psp8 with a mesh of 0.01 bohr. `h` of a channel may be 2 × 2 at most. */
export function toPsp8(
  p: GthPotential,
  functional: number,
  added?: ModelCore,
  points = 801,
  valence?: ModelCore,
): string {
  const r = Array.from({ length: points }, (_, i) => i / 100);
  const blocks = p.channels.flatMap(({ r: width, h }, l) => {
    if (h.length === 0) return [];
    const { values, vectors } = eigen(h);
    const columns = vectors.map((u) =>
      r.map((x) => u.reduce((sum, ui, i) => sum + ui * projector(l, i + 1, width, x), 0)),
    );
    return [
      `${l} ${line(...values)}`,
      ...r.map((x, i) => `${i + 1} ${line(x, ...columns.map((column) => column[i]!))}`),
    ];
  });
  const cores = added
    ? r.map((x, i) => {
        const value = 4 * Math.PI * core(added, x);
        const w2 = added.width ** 2;
        return `${i + 1} ${line(x, value, (-2 * x * value) / w2, value * ((4 * x * x) / (w2 * w2) - 2 / w2), 0, 0)}`;
      })
    : [];
  return [
    `${p.element} ${p.name} on a mesh`,
    `${atomicNumber(p.element)} ${p.charge} 200101 zatom,zion,pspd`,
    `8 ${functional} ${Math.max(0, p.channels.length - 1)} 4 ${points} 0 pspcod,pspxc,lmax,lloc,mmax,r2well`,
    `8.0 ${added ? added.electrons : 0} 0.0 rchrg fchrg qchrg`,
    `${p.channels.map(({ h }) => h.length).join(" ") || "0"} nproj`,
    `${valence ? 1 : 0} extension_switch`,
    ...blocks,
    "4",
    ...r.map((x, i) => `${i + 1} ${line(x, local(p, x))}`),
    ...cores,
    ...(valence ? r.map((x, i) => `${i + 1} ${line(x, 4 * Math.PI * core(valence, x), 0, 0)}`) : []),
    "",
  ].join("\n");
}

/** Eigenvalues and orthonormal eigenvectors of a symmetric matrix of one or two rows. */
function eigen(h: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  if (h.length === 1) return { values: [h[0]![0]!], vectors: [[1]] };
  if (h.length > 2) throw new Error("toPsp8: two projectors per l at most");
  const [a, b, d] = [h[0]![0]!, h[0]![1]!, h[1]![1]!];
  const angle = Math.atan2(2 * b, a - d) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return {
    values: [a * c * c + 2 * b * c * s + d * s * s, a * s * s - 2 * b * c * s + d * c * c],
    vectors: [
      [c, s],
      [-s, c],
    ],
  };
}

/** UPF on the usual logarithmic mesh, version 2 or 1. Energies in Rydberg. */
export function toUpf(p: GthPotential, functional: string, version: 1 | 2, added?: ModelCore): string {
  const z = atomicNumber(p.element);
  const dx = 0.0125;
  const r = Array.from({ length: 1131 }, (_, i) => Math.exp(-9 + i * dx) / z).filter((x) => x < 20);
  if (r.length % 2 === 0) r.pop();
  const betas = p.channels.flatMap(({ r: width, h }, l) =>
    h.map((_, i) => ({ l, i, values: r.map((x) => projector(l, i + 1, width, x)) })),
  );
  const d = betas.map((a) => betas.map((b) => (a.l === b.l ? 2 * p.channels[a.l]!.h[a.i]![b.i]! : 0)));
  const section = (name: string, body: string, attributes = "") =>
    `<${name}${attributes}>\n${body}\n</${name}>`;
  const mesh = section(
    "PP_MESH",
    `${section("PP_R", rows(r))}\n${section("PP_RAB", rows(r.map((x) => x * dx)))}`,
  );
  const nlcc = added ? [section("PP_NLCC", rows(r.map((x) => core(added, x))))] : [];
  const local2 = section("PP_LOCAL", rows(r.map((x) => 2 * local(p, x))));
  // A Gaussian atom to start from: pw.x wants one.
  const rhoAtom = section(
    "PP_RHOATOM",
    rows(r.map((x) => 4 * Math.PI * x * x * p.charge * Math.exp(-x * x) * Math.PI ** -1.5)),
  );
  const info = section("PP_INFO", "<not a tag> of XML & text");
  if (version === 1)
    return [
      info,
      section(
        "PP_HEADER",
        [
          "   0                   Version Number",
          `  ${p.element}                   Element`,
          "   NC                  Norm - Conserving pseudopotential",
          `    ${added ? "T" : "F"}                  Nonlinear Core Correction`,
          ` ${functional}   Exchange-Correlation functional`,
          `    ${p.charge.toFixed(11)}      Z valence`,
          "    0.00000000000      Total energy",
          "  0.0000000  0.0000000 Suggested cutoff for wfc and rho",
          `    ${p.channels.length - 1}                  Max angular momentum component`,
          `  ${r.length}                  Number of points in mesh`,
          `    0    ${betas.length}             Number of Wavefunctions, Number of Projectors`,
          " Wavefunctions         nl  l   occ",
        ].join("\n"),
      ),
      mesh,
      ...nlcc,
      local2,
      section(
        "PP_NONLOCAL",
        [
          ...betas.map(({ l, values }, i) =>
            section(
              "PP_BETA",
              `    ${i + 1}    ${l}             Beta    L\n   ${values.length}\n${rows(values)}`,
            ),
          ),
          section(
            "PP_DIJ",
            [
              `    ${d.flat().filter((x) => x !== 0).length}                  Number of nonzero Dij`,
              ...d.flatMap((row, i) =>
                row.flatMap((x, j) => (x === 0 ? [] : [`    ${i + 1}    ${j + 1} ${line(x)}`])),
              ),
            ].join("\n"),
          ),
        ].join("\n"),
      ),
      section("PP_PSWFC", ""),
      rhoAtom,
      "",
    ].join("\n");
  const attributes = Object.entries({
    generated: "GTH on a mesh",
    author: "",
    date: "",
    comment: "",
    element: p.element,
    pseudo_type: "NC",
    relativistic: "scalar",
    is_ultrasoft: "F",
    is_paw: "F",
    is_coulomb: "F",
    has_so: "F",
    has_wfc: "F",
    has_gipaw: "F",
    paw_as_gipaw: "F",
    core_correction: added ? "T" : "F",
    functional,
    z_valence: p.charge,
    total_psenergy: 0,
    wfc_cutoff: 0,
    rho_cutoff: 0,
    l_max: p.channels.length - 1,
    l_max_rho: 0,
    l_local: -1,
    mesh_size: r.length,
    number_of_wfc: 0,
    number_of_proj: betas.length,
  })
    .map(([key, value]) => `\n ${key}="${value}"`)
    .join("");
  return [
    '<UPF version="2.0.1">',
    info,
    `<PP_HEADER${attributes}/>`,
    mesh,
    ...nlcc,
    local2,
    section(
      "PP_NONLOCAL",
      [
        ...betas.map(({ l, values }, i) =>
          section(
            `PP_BETA.${i + 1}`,
            rows(values),
            ` index="${i + 1}" angular_momentum="${l}" cutoff_radius_index="${r.length}" cutoff_radius="20.0"`,
          ),
        ),
        section("PP_DIJ", rows(d.flat())),
      ].join("\n"),
    ),
    section("PP_PSWFC", ""),
    rhoAtom,
    "</UPF>",
    "",
  ].join("\n");
}
