/**
 * Pieces of long work by name, kept as soon as they are finished: a later run of the same work
 * takes them from here and does the others.
 */
export interface FinishedPieces {
  /**
   * Returns a piece of before; undefined where it is not known.
   *
   * @param isWhole whether it is what the work makes: a file may hold anything.
   */
  find<Piece extends object>(name: string, isWhole: (value: unknown) => value is Piece): Piece | undefined;
  /** Keeps plain data with typed arrays; the last one of a name counts. */
  keep(name: string, piece: object): void;
}

/** Where finished pieces are kept from one run to the next. */
export interface PiecesKeeper {
  /**
   * Opens the pieces of one work.
   *
   * @param work tells it from any other: pieces of another are not found.
   */
  open(work: string): FinishedPieces;
}

/** Whether a value is an array of finite numbers, of `length` if that is given. */
export const isNumbers = (value: unknown, length?: number): value is Float64Array =>
  value instanceof Float64Array &&
  (length === undefined || value.length === length) &&
  value.every(Number.isFinite);
