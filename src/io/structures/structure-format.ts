import type { SpaceGroupIdentifier, SpaceGroupSetting } from "../../model/moyo.ts";
import type { Structure, StructureInFile } from "../../model/structure.ts";

/** What a structure is read with, beside its text. */
export interface ReadingOptions {
  /** Every setting of the space groups, for a file that names its group. */
  readonly settings?: readonly SpaceGroupSetting[] | undefined;
  /** Names the group of listed operations, to compare it with the one the file names. */
  readonly identify?: SpaceGroupIdentifier | undefined;
  /** Go on with a warning where the atoms are not those of the formula. Default false. */
  readonly allowFormulaMismatch?: boolean | undefined;
  /** Edge of a cube for a molecule whose file has no cell [bohr]. */
  readonly box?: number | undefined;
}

/** A structure with the electrons removed from its neutral cell. */
export type ChargedStructure = Structure & { readonly charge?: number };

/** A format of structure files: how it is named, told from others, read and written. */
export interface StructureFormat {
  /** Name in messages and help. */
  readonly title: string;
  /** How names of its files end, in lower case. */
  readonly endings: readonly string[];
  /** Names of its files that no ending tells. */
  readonly names?: RegExp;
  /** Content that tells it, where the name does not. */
  readonly content: RegExp;
  /** Content that only the tables of the space groups make sense of. */
  readonly needsSpaceGroups?: RegExp;
  /**
   * Reads a text.
   *
   * @param name what to call the text in messages, usually its path.
   * @throws InputError with line number, what is expected there and what was found.
   */
  readonly parse: (text: string, name: string, options: ReadingOptions) => StructureInFile;
  /** Writes a structure; absent where the format is only read. */
  readonly format?: (structure: ChargedStructure) => string;
  /** Whether files of molecules have no cell. */
  readonly mayLackCell?: true;
  /** Whether it has a place for moments and the charge. */
  readonly holdsMoments?: true;
}
