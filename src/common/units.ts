/** Units of files and pictures, CODATA 2022; inside, everything is in Hartree atomic units. */
export const BOHR_PER_ANGSTROM = 1.8897261259077822; // 1/0.529177210544
export const EV_PER_HARTREE = 27.211386245981;
export const MEV_PER_HARTREE = 1000 * EV_PER_HARTREE;
export const GIGAPASCAL_PER_ATOMIC = 29421.015756393357; // Ha/bohr³
