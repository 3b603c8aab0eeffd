import initialise, {
  analyze_cell,
  hall_symbol_entries_from_number,
  initSync,
  operations_from_number,
} from "@spglib/moyo-wasm";
import { InputError } from "../common/failure.ts";
import { add, det, type Mat3, matMul, matVec, scale, transpose, type Vec3 } from "../common/vec3.ts";
import { primitiveCell } from "./crystal-symmetry/primitive-cell.ts";
import { type AnalysedCell, type SymmetryAnalyser, type SymmetryOperation, wrapped } from "./symmetry.ts";

/** Bytes of a WebAssembly module, or its address: a file in Node, in a browser as of the page. */
export type MoyoSource = Uint8Array<ArrayBuffer> | string | URL;

/**
 * Starts the moyo library, once for all who ask.
 *
 * @param module its `moyo_wasm_bg.wasm`. Default the file beside its script.
 * @throws InputError if that does not load.
 */
async function startMoyo(module?: MoyoSource): Promise<void> {
  try {
    // The other form asks whether they are a `Response`, for which Node loads its HTTP client.
    if (module instanceof Uint8Array) initSync({ module });
    else await initialise(module === undefined ? undefined : { module_or_path: module });
  } catch (error) {
    const where = typeof module === "string" || module instanceof URL ? `, got ${module}` : "";
    throw new InputError(
      `symmetryModule: must be the moyo_wasm_bg.wasm of @spglib/moyo-wasm${where}, which did not load (${error instanceof Error ? error.message : error}); serve it and give its address, or set symmetry to false`,
    );
  }
}

/**
 * Makes a symmetry analysis by the moyo library (WebAssembly).
 *
 * @param module as for `startMoyo`.
 */
export async function moyoAnalyser(module?: MoyoSource): Promise<SymmetryAnalyser> {
  await startMoyo(module);
  const analysis = (...[vectors, positions, kinds, tolerance]: AnalysedCell) => {
    // In a left-handed basis moyo 0.15 finds the mirror image of a chiral crystal. In the
    // right-handed basis −a, −b, −c positions are −x, rotations the same and translations −w.
    const sign = det(vectors) < 0 ? -1 : 1;
    const basis = vectors.flat().map((x) => sign * x);
    const inside = positions.map((position) => wrapped(scale(sign, position)));
    const cell = { lattice: { basis }, positions: inside, numbers: kinds };
    return { sign, ...analyze_cell(JSON.stringify(cell), tolerance, "Standard") };
  };
  const operationsOf = (...cell: AnalysedCell): readonly SymmetryOperation[] => {
    const { operations, sign } = analysis(...cell);
    return operations
      .map(operationOf)
      .map(({ rotation, translation }) => ({ rotation, translation: wrapped(scale(sign, translation)) }));
  };
  const analyse: SymmetryAnalyser = (...cell) => {
    const primitive = primitiveCell(...cell, SUPERCELL);
    if (primitive === undefined) return operationsOf(...cell);
    const { vectors, positions, kinds, inSupercell } = primitive;
    return operationsOf(vectors, positions, kinds, cell[3]).flatMap(inSupercell);
  };
  analyse.spaceGroup = (...cell) => {
    const { vectors, positions, kinds } = primitiveCell(...cell, SUPERCELL) ?? wholeCell(...cell);
    const { number, hm_symbol } = analysis(vectors, positions, kinds, cell[3]);
    return { number, spaceGroup: hm_symbol.replaceAll(" ", "") };
  };
  return analyse;
}

/** Repeated cells of that many translations and more are analysed by their primitive cell. */
const SUPERCELL = 9;

const wholeCell = (...[vectors, positions, kinds]: AnalysedCell) => ({ vectors, positions, kinds });

/** A setting of a space group: axes and origin of its operations. */
export interface SpaceGroupSetting {
  /** 1 to 230. */
  readonly number: number;
  /** Hall symbol, such as `F 4d 2 3 -1d`. */
  readonly hall: string;
  /** Hermann-Mauguin symbols, such as `F d -3 m` and `F 4_1/d -3 2/m`. */
  readonly short: string;
  readonly full: string;
  /** Origin or axes, such as 1, 2, H, R, b1; empty if there is one choice. */
  readonly choice: string;
  /** Returns the operations of the conventional cell. */
  operations(): readonly SymmetryOperation[];
}

/**
 * Returns the 530 settings of the space groups.
 *
 * @param module as for `startMoyo`.
 */
export async function moyoSettings(module?: MoyoSource): Promise<readonly SpaceGroupSetting[]> {
  await startMoyo(module);
  return Array.from({ length: 230 }, (_, i) => hall_symbol_entries_from_number(i + 1))
    .flat()
    .map(({ number, hall_number, hall_symbol, hm_short, hm_full, setting }) => ({
      number,
      hall: hall_symbol,
      short: hm_short,
      full: hm_full,
      choice: setting,
      operations: () =>
        operations_from_number(number, { type: "HallNumber", value: hall_number }, false).map(operationOf),
    }));
}

/** Returns the number of the space group of operations in the basis of a cell, if found. */
export type SpaceGroupIdentifier = (
  vectors: Mat3,
  operations: readonly SymmetryOperation[],
) => number | undefined;

/**
 * Makes a function that identifies space groups by their operations, in any basis and with any
 * origin: moyo analyses a crystal of three kinds of atoms at general points and their images, in a
 * cell with the symmetry of the operations.
 *
 * @param module as for `startMoyo`.
 */
export async function moyoIdentifier(module?: MoyoSource): Promise<SpaceGroupIdentifier> {
  await startMoyo(module);
  return (vectors, operations) => {
    const images = GENERAL_POINTS.flatMap((point, kind) =>
      operations.map(({ rotation, translation }) => ({
        kind: kind + 1,
        position: wrapped(add(matVec(rotation, point), translation)),
      })),
    );
    const cell = {
      lattice: { basis: symmetricCell(vectors, operations).flat() },
      positions: images.map(({ position }) => position),
      numbers: images.map(({ kind }) => kind),
    };
    try {
      return analyze_cell(JSON.stringify(cell), 1e-3, "Standard").number;
    } catch {
      return undefined;
    }
  };
}

/** Points that no operation of a space group maps to themselves. */
const GENERAL_POINTS: readonly Vec3[] = [
  [0.1234, 0.0717, 0.3791],
  [0.2918, 0.4153, 0.0476],
  [0.0391, 0.2207, 0.1583],
];

/** Returns a right-handed cell whose metric is the mean of Wᵀ G W over the operations. */
function symmetricCell(vectors: Mat3, operations: readonly SymmetryOperation[]): Mat3 {
  const metric = matMul(vectors, transpose(vectors));
  const mean = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (const { rotation } of operations) {
    const image = matMul(transpose(rotation), matMul(metric, rotation)).flat();
    for (let i = 0; i < 9; i++) mean[i]! += image[i]! / operations.length;
  }
  const [aa = 0, ab = 0, ac = 0, , bb = 0, bc = 0, , , cc = 0] = mean;
  const ax = Math.sqrt(aa);
  const bx = ab / ax;
  const by = Math.sqrt(bb - bx * bx);
  const cx = ac / ax;
  const cy = (bc - bx * cx) / by;
  return [
    [ax, 0, 0],
    [bx, by, 0],
    [cx, cy, Math.sqrt(cc - cx * cx - cy * cy)],
  ];
}

const operationOf = ({
  rotation,
  translation,
}: {
  readonly rotation: readonly number[];
  readonly translation: Vec3;
}): SymmetryOperation => ({ rotation: columnMajor(rotation), translation: wrapped(translation) });

/** moyo stores W column by column: W_ij is entry 3j + i. */
const columnMajor = (w: readonly number[]): Mat3 => {
  const row = (i: number): Vec3 => [w[i]!, w[3 + i]!, w[6 + i]!];
  return [row(0), row(1), row(2)];
};
