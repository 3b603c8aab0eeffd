/** A function of a shared library. Nothing checks its arguments: a wrong size or type reads or writes foreign memory. */
export type NativeFunction = (...args: readonly (number | string | bigint | ArrayBufferView)[]) => unknown;

/** The few operations of the `koffi` package we use. */
export interface Koffi {
  load(path: string): { func(prototype: string): NativeFunction; symbol(name: string): bigint };
  /** Address of the first byte. */
  address(array: ArrayBufferView): bigint;
  readonly decode: { string(pointer: bigint): string };
}

/** A shared library, open. */
export type Library = ReturnType<Koffi["load"]>;

/** Why something of the machine cannot be used; the text is for the user. */
export class UnavailableError extends Error {
  override readonly name = "UnavailableError";
}

/** @throws UnavailableError if the optional package is not installed or does not run here. */
export async function loadKoffi(): Promise<Koffi> {
  // A variable, so that bundlers for browsers do not look for a package that cannot exist there.
  const specifier: string = "koffi";
  try {
    const loaded: { default: Koffi } = await import(specifier); // its own types describe far more than we use
    return loaded.default;
  } catch (error) {
    throw new UnavailableError(`the optional package koffi could not be loaded (${firstLine(error)})`);
  }
}

/** The first of `names` that can be loaded. @throws UnavailableError if none can. */
export function openLibrary(koffi: Koffi, names: readonly string[]): Library {
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return koffi.load(name);
    } catch (error) {
      reasons.push(firstLine(error));
    }
  }
  throw new UnavailableError(`no library found among ${names.join(", ")} (${reasons.join("; ")})`);
}

/** @throws UnavailableError if the library lacks the function. */
export function bind(library: Library, prototype: string): NativeFunction {
  try {
    return library.func(prototype);
  } catch (error) {
    throw new UnavailableError(`a library lacks a function we need (${firstLine(error)})`);
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";
