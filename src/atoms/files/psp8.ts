import { requireInput } from "../../common/failure.ts";
import { MAX_ANGULAR_MOMENTUM } from "../../common/special/spherical-harmonics.ts";
import { ELEMENTS } from "../elements.ts";
import { type NumericPotential, numericPotential } from "../numeric-potential.ts";
import { correctedTrapezoid } from "../radial/radial-mesh.ts";
import { type RadialShape, resampledShape } from "../radial/radial-shape.ts";
import { abinitFunctional } from "./file-functionals.ts";
import { digestOf, fortranNumber, words } from "./file-numbers.ts";

/**
 * Reads ABINIT's format 8, which ONCVPSP writes:
 *
 *   title                                                        psp8 line 1
 *   14.0  4.0  171102               Z, valence charge, date
 *   8  -1012  2  4  600  0          format, functional, l_max, l_loc, points, unused
 *   5.99  4.0  0.0                  r_core, core charge (0: no core correction), unused
 *   2  2  2                         number of projectors for l = 0 … l_max
 *   1                               extensions: 0 none, 1 valence density, 2 spin-orbit, 3 both
 *   0  E1  E2                       for each l: energies h_ii, then lines "i  r  r·p_1  r·p_2"
 *   4                               for l_loc: lines "i  r  v_loc"
 *                                   core: lines "i  r  4πρ_core  and derivatives"
 *                                   extensions 1, 3: lines "i  r  4πρ_valence  and others"
 *
 * on an equidistant mesh from 0. Beyond its end v_loc is −Z/r. Of a fully relativistic file the
 * scalar relativistic part is taken, its spin-orbit part is left.
 *
 * @param name file name, for messages.
 * @throws InputError naming file, line and rule.
 */
export function parsePsp8(text: string, name: string): NumericPotential {
  const lines = reader(text, name);
  const rule: Reader["rule"] = lines.rule;
  lines.skip("title");
  const [zAtom, charge] = lines.numbers("atomic number, valence charge", 2) as [number, number];
  const element = ELEMENTS[Math.round(zAtom) - 1];
  rule(element !== undefined, `atomic number: must be that of an element, got ${zAtom}`);
  rule(charge > 0 && charge <= zAtom, `valence charge: must be positive and at most ${zAtom}, got ${charge}`);
  const header = lines.numbers("format, functional, l_max, l_loc, points", 5);
  const [format, xc, lMax, lLocal, points] = header as [number, number, number, number, number];
  rule(format === 8, `pspcod: must be 8, got ${format}; of ABINIT's formats only psp8 can be read`);
  rule(lMax >= 0 && lMax <= MAX_ANGULAR_MOMENTUM, `lmax: must be 0 to ${MAX_ANGULAR_MOMENTUM}, got ${lMax}`);
  rule(points >= 10 && points <= 1e6, `mmax: must be at least 10 mesh points, got ${points}`);
  const [, coreCharge] = lines.numbers("r_core, core charge", 2) as [number, number];
  const counts = lines.numbers("number of projectors of each l", lMax + 1);
  rule(
    counts.every((n) => Number.isInteger(n) && n >= 0 && n <= 10),
    `nproj: must be 0 to 10 for each l, got ${counts.join(" ")}`,
  );
  const extensions = lines.numbers("extension_switch", 1)[0]!;
  const hasSpinOrbit = extensions === 2 || extensions === 3;
  const spinOrbitCounts = hasSpinOrbit ? lines.numbers("number of spin-orbit projectors", lMax) : [];

  const { energies, projectors, local } = readBlocks(lines, counts, lLocal, points);
  spinOrbitCounts.forEach((count, i) => {
    if (count > 0) readProjectors(lines, i + 1, count, points);
  });
  const meshEnd = (points - 1) * lines.spacing();
  const tail = -local[points - 1]! * meshEnd;
  rule(
    Math.abs(tail - charge) <= TAIL_ERROR,
    `local potential: must end as -Z/r with the ${charge} valence electrons of line 2, got ${tail.toPrecision(6)} at r = ${meshEnd} bohr`,
  );
  const coreColumns = coreCharge > 1e-15 ? lines.columns("core charge", 2, points) : null;
  const hasValence = extensions === 1 || extensions === 3;
  const valence = hasValence ? lines.columns("valence density", 1, points)[0]! : null;
  const mesh = correctedTrapezoid(lines.spacing(), points);
  // ABINIT's rule ends where the last projector does. Files cut them off at 1e-6, so that it
  // matters: for iron 7e-7 Ha.
  const end = projectors.flat().reduce((most, p) => Math.max(most, lastValue(p) + 1), 10);
  return numericPotential({
    element,
    name,
    charge,
    digest: digestOf(text),
    functional: { written: `pspxc ${xc}`, names: abinitFunctional(xc) },
    localMesh: mesh,
    local,
    projectorMesh: correctedTrapezoid(lines.spacing(), end),
    channels: counts.map((_, l) => ({
      h: (energies[l] ?? []).map((e, i, all) => all.map((__, j) => (i === j ? e : 0))),
      projectors: (projectors[l] ?? []).map((p) => p.subarray(0, end)),
    })),
    core: coreShapeOf(coreColumns, lines.spacing()),
    valence:
      valence &&
      resampledShape(
        mesh.r,
        valence.map((x) => x / (4 * Math.PI)),
      ),
  });
}

/** Index of the last value that is not a zero. */
const lastValue = (f: Float64Array): number => f.findLastIndex((x) => Math.abs(x) > 1e-10);

/** From 4πρ_core and 4π dρ_core/dr. */
function coreShapeOf(columns: readonly Float64Array[] | null, step: number): RadialShape | null {
  if (columns === null) return null;
  const [values, slopes] = columns.map((column) => column.map((x) => x / (4 * Math.PI)));
  return { step, values: values!, slopes: slopes! };
}

interface Blocks {
  /** h_ii [Ha] and r·p_i [bohr^(−1/2)] of each l that has projectors. */
  readonly energies: number[][];
  readonly projectors: Float64Array[][];
  /** v_loc [Ha]. */
  readonly local: Float64Array;
}

/** Reads projectors by l and the local potential at its l, among them or after them. */
function readBlocks(lines: Reader, counts: readonly number[], lLocal: number, points: number): Blocks {
  const energies: number[][] = [];
  const projectors: Float64Array[][] = [];
  const readLocal = () => {
    lines.expectBlock(lLocal, "local potential");
    return lines.columns("local potential", 1, points)[0]!;
  };
  let local: Float64Array | undefined;
  counts.forEach((count, l) => {
    if (l === lLocal) local = readLocal();
    if (count > 0) [energies[l], projectors[l]] = readProjectors(lines, l, count, points);
  });
  return { energies, projectors, local: local ?? readLocal() };
}

/** By how many electrons the tail of v_loc may miss the valence charge. */
const TAIL_ERROR = 0.01;

function readProjectors(lines: Reader, l: number, count: number, points: number): [number[], Float64Array[]] {
  const energies = lines.expectBlock(l, `projectors of l = ${l}`, count);
  return [energies, lines.columns(`projectors of l = ${l}`, count, points)];
}

interface Reader {
  /** @throws InputError about the last line read, unless `condition`. */
  rule(condition: boolean, message: string): asserts condition;
  skip(what: string): void;
  /** The first `count` numbers of the next line. */
  numbers(what: string, count: number): number[];
  /** A block's first line: its l, then `count` numbers. */
  expectBlock(l: number, what: string, count?: number): number[];
  /** Reads `points` lines of index, radius and at least `count` values; each column [points]. */
  columns(what: string, count: number, points: number): Float64Array[];
  /** Mesh spacing [bohr] of the blocks read. */
  spacing(): number;
}

function reader(text: string, name: string): Reader {
  const lines = text.split(/\r?\n/);
  let at = 0;
  let step = 0;
  const rule: Reader["rule"] = (condition, message) =>
    requireInput(condition, () => `${name} line ${at}: ${message}`);
  const numbers = (what: string, count: number): number[] => {
    rule(at < lines.length, `${what} expected, got the end of the text`);
    const line = lines[at++]!;
    const found = words(line).slice(0, count).map(fortranNumber);
    rule(
      found.length === count && found.every(Number.isFinite),
      `${what} expected (${count} numbers), got ${line.trim().slice(0, 60) || "an empty line"}`,
    );
    return found;
  };
  return {
    rule,
    numbers,
    skip: (what) => {
      rule(at < lines.length, `${what} expected, got the end of the text`);
      at++;
    },
    expectBlock: (l, what, count = 0) => {
      const [found, ...rest] = numbers(`l and energies of the ${what}`, 1 + count);
      const more = words(lines[at - 1]!).slice(1 + count);
      rule(
        more.every((word) => Number.isNaN(fortranNumber(word))),
        `${what}: must have ${count} energies as nproj says, got ${count + more.length}`,
      );
      rule(found === l, `${what}: block l = ${l} expected, got ${found}`);
      return rest;
    },
    columns: (what, count, points) => {
      const out = Array.from({ length: count }, () => new Float64Array(points));
      for (let i = 0; i < points; i++) {
        const [, r, ...values] = numbers(what, 2 + count) as [number, number, ...number[]];
        if (i === 1) step = r;
        rule(
          i === 0 ? r === 0 : step > 0 && Math.abs(r - i * step) < 1e-6 * step * points,
          `${what}: radii must be equidistant from 0, got ${r} as number ${i + 1}`,
        );
        values.forEach((value, c) => {
          out[c]![i] = value;
        });
      }
      return out;
    },
    spacing: () => step,
  };
}
