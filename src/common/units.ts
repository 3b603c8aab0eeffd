/** Hartree atomic units inside; these constants (CODATA 2022) are used only where a file or a picture needs others. */
export const BOHR_PER_ANGSTROM = 1.8897261259077822; // 1/0.529177210544
export const EV_PER_HARTREE = 27.211386245981;
