import { encloseProblem } from "../../src/errors/problem/enclosed-hamiltonian.ts";
import { triclinic } from "./crystals.ts";

/** `triclinic` as a proof takes it, a second of work, for all files that ask for it. */
export const enclosedTriclinic = encloseProblem(triclinic);
