/** Hartree atomic units inside; these constants (CODATA 2018) are used only where a file or a picture needs others. */
export const BOHR_PER_ANGSTROM = 1.8897261254578281;
export const EV_PER_HARTREE = 27.211386245988;
