/**
 * Crystals, slabs and molecules, made to measure or read from text.
 *
 * @module build
 */

export { type BulkOptions, bulk } from "../build/bulk.ts";
export { type CrystalName, knownCrystals, type ShapeChoice } from "../build/crystals.ts";

export { MOLECULE_NAMES, molecule } from "../build/molecule.ts";
export { sheet } from "../build/sheet.ts";
export { type SlabOptions, slab } from "../build/slab.ts";
export { supercell } from "../build/supercell.ts";
export { formatOf, formatStructure, parseStructure } from "../io/structures/structure-files.ts";
export type { ReadingOptions, StructureFormat } from "../io/structures/structure-format.ts";
export { cellLattice, createLattice, type Dimension, type Lattice, longAxis } from "../model/lattice.ts";
export { type Structure, type StructureAtom, toFractional } from "../model/structure.ts";
