import { requireInput } from "../common/failure.ts";
import { didYouMean } from "../common/text/nearest.ts";
import type { Functional } from "./functional.ts";
import { ggaCAm05, ggaXAm05 } from "./gga/am05.ts";
import { ggaCLyp } from "./gga/correlation-lyp.ts";
import { ggaCP86 } from "./gga/correlation-p86.ts";
import { ggaCApbe, ggaCPbe, ggaCPbeMol, ggaCPbeSol, ggaCPw91, ggaCXpbe } from "./gga/correlation-pbe.ts";
import {
  ggaXB86Mgc,
  ggaXB88,
  ggaXC09,
  ggaXOptx,
  ggaXPw86,
  ggaXPw91,
  ggaXRpbe,
  ggaXRpw86,
  ggaXWc,
} from "./gga/enhancements.ts";
import { ggaXApbe, ggaXPbe, ggaXPbeMol, ggaXPbeR, ggaXPbeSol, ggaXXpbe } from "./gga/exchange.ts";
import { ldaCGl, ldaCGombas, ldaCHl, ldaCVbh, ldaCWigner } from "./lda/early.ts";
import { ldaCObPw, ldaCPw, ldaCPwMod } from "./lda/pw92.ts";
import { ldaCObPz, ldaCPz, ldaCPzMod } from "./lda/pz81.ts";
import { ldaX } from "./lda/slater.ts";
import { ldaXcTeter93 } from "./lda/teter93.ts";
import { ldaCVwn, ldaCVwn1, ldaCVwn2, ldaCVwn3, ldaCVwn4, ldaCVwnRpa } from "./lda/vwn80.ts";

/** Every functional with its number in libxc; each bears its libxc name. */
export const FUNCTIONALS_BY_NUMBER: Readonly<Record<number, Functional>> = {
  1: ldaX,
  2: ldaCWigner,
  4: ldaCHl,
  5: ldaCGl,
  7: ldaCVwn,
  8: ldaCVwnRpa,
  9: ldaCPz,
  10: ldaCPzMod,
  11: ldaCObPz,
  12: ldaCPw,
  13: ldaCPwMod,
  14: ldaCObPw,
  17: ldaCVbh,
  20: ldaXcTeter93,
  24: ldaCGombas,
  28: ldaCVwn1,
  29: ldaCVwn2,
  30: ldaCVwn3,
  31: ldaCVwn4,
  49: ggaXPbeMol,
  101: ggaXPbe,
  102: ggaXPbeR,
  105: ggaXB86Mgc,
  106: ggaXB88,
  108: ggaXPw86,
  109: ggaXPw91,
  110: ggaXOptx,
  116: ggaXPbeSol,
  117: ggaXRpbe,
  118: ggaXWc,
  120: ggaXAm05,
  123: ggaXXpbe,
  130: ggaCPbe,
  131: ggaCLyp,
  132: ggaCP86,
  133: ggaCPbeSol,
  134: ggaCPw91,
  135: ggaCAm05,
  136: ggaCXpbe,
  144: ggaXRpw86,
  158: ggaXC09,
  184: ggaXApbe,
  186: ggaCApbe,
  272: ggaCPbeMol,
};

export const FUNCTIONALS: readonly Functional[] = Object.values(FUNCTIONALS_BY_NUMBER);

/** Usual combinations; `none` is reduced Hartree–Fock. */
const FUNCTIONAL_FAMILIES: Readonly<Record<string, readonly Functional[]>> = {
  "lda-pw92": [ldaX, ldaCPw],
  "lda-teter93": [ldaXcTeter93],
  "lda-vwn5": [ldaX, ldaCVwn],
  pbe: [ggaXPbe, ggaCPbe],
  pbesol: [ggaXPbeSol, ggaCPbeSol],
  revpbe: [ggaXPbeR, ggaCPbe],
  rpbe: [ggaXRpbe, ggaCPbe],
  wc: [ggaXWc, ggaCPbe],
  am05: [ggaXAm05, ggaCAm05],
  pw91: [ggaXPw91, ggaCPw91],
  blyp: [ggaXB88, ggaCLyp],
  olyp: [ggaXOptx, ggaCLyp],
  bp86: [ggaXB88, ggaCP86],
  none: [],
};

/**
 * The functionals whose sum a name, or a list of libxc names, stands for: `lda-pw92`,
 * `lda-teter93`, `lda-vwn5`, `pbe`, `none`, or e.g. `["gga_x_pbe_sol", "gga_c_pbe_sol"]`.
 *
 * @throws InputError for a name that is not known, or one given twice.
 */
export function functionals(names: string | readonly string[]): readonly Functional[] {
  if (typeof names === "string" && Object.hasOwn(FUNCTIONAL_FAMILIES, names))
    return FUNCTIONAL_FAMILIES[names]!;
  const list = typeof names === "string" ? [names] : names;
  const known = FUNCTIONALS.map(({ name }) => name);
  const families = typeof names === "string" ? Object.keys(FUNCTIONAL_FAMILIES) : [];
  return list.map((name, i) => {
    const found = FUNCTIONALS.find((functional) => functional.name === name);
    requireInput(
      found !== undefined,
      () =>
        `functional: unknown name ${name}${didYouMean(name, [...families, ...known])}; ` +
        `take ${Object.keys(FUNCTIONAL_FAMILIES).join(", ")}, or a list of ${known.join(", ")}`,
    );
    requireInput(
      list.indexOf(name) === i,
      () => `functional: every functional may be named once, got ${list.join(", ")}; remove a ${name}`,
    );
    return found;
  });
}
