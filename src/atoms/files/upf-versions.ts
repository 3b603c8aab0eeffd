import { MAX_ANGULAR_MOMENTUM } from "../../common/special/spherical-harmonics.ts";
import { fortranNumber, words } from "./file-numbers.ts";
import type { UpfSection } from "./upf-sections.ts";

/** What PP_HEADER says. */
export interface UpfHeader {
  readonly element: string;
  /** NC, SL (semilocal parts beside the projectors), US, USPP, PAW. */
  readonly type: string;
  readonly hasCore: boolean;
  readonly hasSpinOrbit: boolean;
  readonly isCoulomb: boolean;
  readonly functional: string;
  readonly charge: number;
  /** Suggested cutoff of wave functions [Ry]; 0 where there is none. */
  readonly cutoff: number;
  /** Points of the mesh. */
  readonly points: number;
  readonly projectors: number;
  /** Highest angular momentum of the projectors; undefined where the header says none. */
  readonly highest: number | undefined;
}

/** A projector r·p(r) on the mesh of the file. */
export interface Projector {
  readonly l: number;
  readonly values: Float64Array;
  /** Points that count in integrals. */
  readonly used: number;
}

export interface UpfProjectors {
  readonly projectors: readonly Projector[];
  /** D_ij [Ry]. */
  readonly coupling: readonly (readonly number[])[];
}

/** Version 2: attributes. */
export function readHeader2(section: UpfSection): UpfHeader {
  const rule: UpfSection["rule"] = section.rule;
  const text = (name: string): string =>
    section.attribute(name) ?? section.fail(`must have an attribute ${name}, got none`);
  const flag = (name: string): boolean => /^\.?t/i.test(section.attribute(name) ?? "f");
  const number = (name: string): number => {
    const value = fortranNumber(text(name));
    section.rule(Number.isFinite(value), `${name}: must be a number, got ${text(name)}`);
    return value;
  };
  for (const [name, what] of [["is_paw", "PAW"], ["is_ultrasoft", "ultrasoft"]] as const) // biome-ignore format: pairs
    rule(!flag(name), `${name}: must be false, got true; ${what} potentials are not available`);
  const relativity = section.attribute("relativistic")?.toLowerCase();
  rule(
    relativity !== "full",
    "relativistic: must be no or scalar, got full; take the scalar relativistic potential of the same family",
  );
  return {
    element: text("element"),
    type: text("pseudo_type"),
    hasCore: flag("core_correction"),
    hasSpinOrbit: flag("has_so"),
    isCoulomb: flag("is_coulomb"),
    functional: text("functional"),
    charge: number("z_valence"),
    cutoff: section.attribute("wfc_cutoff") === undefined ? 0 : number("wfc_cutoff"),
    points: number("mesh_size"),
    projectors: number("number_of_proj"),
    highest: section.attribute("l_max") === undefined ? undefined : number("l_max"),
  };
}

/** Version 1: a line for each item, its value first. */
export function readHeader1(section: UpfSection, file: UpfSection): UpfHeader {
  const lines = section.text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const item = (line: number, what: string, word = 0): string =>
    words(lines[line] ?? "")[word] ?? section.fail(`${what} expected in line ${line + 1}, got none`);
  const number = (line: number, what: string, word = 0): number => {
    const value = fortranNumber(item(line, what, word));
    section.rule(Number.isFinite(value), `${what}: must be a number, got ${item(line, what, word)}`);
    return value;
  };
  return {
    element: item(1, "element"),
    type: item(2, "type"),
    hasCore: /^\.?t/i.test(item(3, "core correction")),
    hasSpinOrbit: file.find("PP_ADDINFO") !== undefined,
    isCoulomb: false,
    functional: words((lines[4] ?? "").replace(/Exchange-Corr.*/i, ""))
      .slice(0, 4)
      .join(" "),
    charge: number(5, "valence charge"),
    cutoff: number(7, "suggested cutoff"),
    points: number(9, "number of mesh points"),
    projectors: number(10, "number of projectors", 1),
    highest: undefined, // of the file's l = 0 … l_max one is local and has no projector
  };
}

/** Version 2: sections PP_BETA.1, PP_BETA.2, … on the whole mesh, PP_DIJ a full matrix. */
export function readProjectors2(
  section: UpfSection,
  { projectors: count, points }: UpfHeader,
): UpfProjectors {
  const held = section.count("PP_BETA\\.\\d+");
  section.rule(held === count, `must hold ${count} sections PP_BETA as PP_HEADER says, got ${held}`);
  const projectors = Array.from({ length: count }, (_, i): Projector => {
    const beta: UpfSection = section.section(`PP_BETA.${i + 1}`);
    const end = Number(beta.attribute("cutoff_radius_index") ?? 0);
    beta.rule(
      Number.isInteger(end) && end <= points,
      `cutoff_radius_index: must be a point of the mesh, at most ${points}, got ${end}`,
    );
    return {
      l: angularMomentum(beta, Number(beta.attribute("angular_momentum"))),
      values: beta.numbers(points),
      used: end > 0 ? end : points,
    };
  });
  const d = section.section("PP_DIJ").numbers(count * count);
  return {
    projectors,
    coupling: projectors.map((_, i) => Array.from(d.subarray(i * count, (i + 1) * count))),
  };
}

/**
 * Reads version 1: PP_BETA begins with index, l and number of values; PP_DIJ has nonzero entries.
 */
export function readProjectors1(
  section: UpfSection,
  { projectors: count, points }: UpfHeader,
): UpfProjectors {
  const betas = section.all("PP_BETA");
  section.rule(
    betas.length === count,
    `must hold ${count} sections PP_BETA as PP_HEADER says, got ${betas.length}`,
  );
  const projectors = betas.map((beta: UpfSection): Projector => {
    const [first = "", ...rest] = beta.text.split(/\r?\n/).filter((line) => line.trim() !== "");
    const found = words(rest.join(" "));
    const used = Number(found[0]);
    beta.rule(
      Number.isInteger(used) && used > 0 && used <= points && found.length > used,
      `must begin with how many of the ${points} points of the mesh it has, and hold as many numbers, got ${found[0]} and ${found.length - 1}`,
    );
    const values = new Float64Array(points);
    for (let i = 0; i < used; i++) {
      values[i] = fortranNumber(found[i + 1]!);
      beta.rule(Number.isFinite(values[i]), `number ${i + 1} must be one, got ${found[i + 1]}`);
    }
    return { l: angularMomentum(beta, Number(words(first)[1])), values, used };
  });
  const dij: UpfSection = section.section("PP_DIJ");
  const [first = "", ...lines] = dij.text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const coupling = projectors.map(() => new Array<number>(count).fill(0));
  const entries = Number(words(first)[0]);
  const listed = lines.filter((line) => words(line).length === 3).length;
  dij.rule(
    listed === entries,
    `must list ${words(first)[0] ?? "a number of"} elements as its first line says, got ${listed}`,
  );
  for (const line of lines.slice(0, entries)) {
    const [i = 0, j = 0, value = Number.NaN] = words(line).map(fortranNumber);
    dij.rule(i >= 1 && i <= count && j >= 1 && j <= count && Number.isFinite(value), `got ${line.trim()}`);
    coupling[i - 1]![j - 1] = value;
    coupling[j - 1]![i - 1] = value;
  }
  return { projectors, coupling };
}

function angularMomentum(section: UpfSection, l: number): number {
  section.rule(
    Number.isInteger(l) && l >= 0 && l <= MAX_ANGULAR_MOMENTUM,
    `angular momentum must be 0 to ${MAX_ANGULAR_MOMENTUM}, got ${l}`,
  );
  return l;
}
