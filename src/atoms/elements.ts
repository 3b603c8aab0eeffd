import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/text/nearest.ts";

/** Chemical symbols in the order of their atomic numbers, hydrogen first. */
export const ELEMENTS: readonly string[] = [
  "H He",
  "Li Be B C N O F Ne",
  "Na Mg Al Si P S Cl Ar",
  "K Ca Sc Ti V Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr",
  "Rb Sr Y Zr Nb Mo Tc Ru Rh Pd Ag Cd In Sn Sb Te I Xe",
  "Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta W Re Os Ir Pt Au Hg Tl Pb Bi Po At Rn",
  "Fr Ra Ac Th Pa U Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og",
].flatMap((period) => period.split(" "));

/** Whether `symbol` is a chemical symbol, written as usual (`Si`, not `SI`). */
export const isElement = (symbol: string): boolean => ELEMENTS.includes(symbol);

/** Z of a chemical symbol. @throws InputError if there is no such element. */
export function atomicNumber(symbol: string): number {
  requireInput(
    isElement(symbol),
    () => `element: a chemical symbol such as Si is expected, got ${symbol}${didYouMean(symbol, ELEMENTS)}`,
  );
  return ELEMENTS.indexOf(symbol) + 1;
}
