/**
 * Files, under Node.js: checkpoints, results, pictures, fields on grids, structures.
 *
 * @module io
 */

export { readCheckpoint, writeCheckpoint } from "../io/checkpoint.ts";
export { writePicture } from "../io/picture.ts";
export { resultText, writeResult } from "../io/result-json.ts";
export { formatOf, formatStructure, parseStructure } from "../io/structures/structure-files.ts";
export type { ReadingOptions, StructureFormat } from "../io/structures/structure-format.ts";
export { cubeLines, type GridValues, npyBytes, xsfLines } from "../io/volumetric.ts";
