/** A function of a shared library. Unchecked: wrong sizes or types read or write foreign memory. */
export type NativeFunction = (
  ...args: readonly (number | string | bigint | ArrayBufferView | null)[]
) => unknown;

/** How a library is loaded. */
export interface LoadOptions {
  /** Lets libraries that this one loads later find its names. */
  readonly global?: boolean;
}

/** The operations of the `koffi` package used here. */
export interface Koffi {
  load(
    path: string,
    options?: LoadOptions,
  ): { func(prototype: string): NativeFunction; symbol(name: string): bigint };
  /** Returns the address of the first byte. */
  address(array: ArrayBufferView): bigint;
  readonly decode: { string(pointer: bigint): string };
}

/** An open shared library. */
export type Library = ReturnType<Koffi["load"]>;

/** Part of the machine cannot be used; the message tells the user why. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/**
 * Loads koffi.
 *
 * @throws UnavailableError if the optional package is not installed or does not run here.
 */
export async function loadKoffi(): Promise<Koffi> {
  // A variable, so that bundlers for browsers do not look for the package.
  const specifier: string = "koffi";
  try {
    // its own types say more than is used here
    const loaded: { default: Koffi } = await import(specifier);
    return loaded.default;
  } catch (error) {
    throw new UnavailableError(`the optional package koffi could not be loaded (${firstLine(error)})`);
  }
}

/**
 * Opens the first of `names` that can be loaded.
 *
 * @throws UnavailableError if none can.
 */
export function openLibrary(koffi: Koffi, names: readonly string[], options?: LoadOptions): Library {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return options === undefined ? koffi.load(name) : koffi.load(name, options);
    } catch (error) {
      reasons.push(firstLine(error));
    }
  }
  throw new UnavailableError(`no library found among ${names.join(", ")} (${reasons.join("; ")})`);
}

/**
 * Returns a function of the library by its C prototype.
 *
 * @throws UnavailableError if the library lacks the function.
 */
export function bind(library: Library, prototype: string): NativeFunction {
  try {
    return library.func(prototype);
  } catch (error) {
    throw new UnavailableError(`a library lacks a function we need (${firstLine(error)})`);
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
