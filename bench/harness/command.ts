import { InputError } from "../../src/common/failure.ts";

/** Runs a command; a mistake of the caller is shown as its message alone, with exit status 2. */
export async function command(body: () => void | Promise<void>): Promise<void> {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    console.error(error.message);
    process.exitCode = 2;
  }
}
