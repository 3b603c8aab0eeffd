import { FUNCTIONALS_BY_NUMBER } from "../../functionals/functionals.ts";

/** libxc names of pw.x's exchange, local part and gradient correction, by words of UPF files. */
const UPF_EXCHANGE: Readonly<Record<string, readonly string[]>> = {
  "NOX NOGX": [],
  "SLA NOGX": ["lda_x"],
  "SLA B88": ["gga_x_b88"],
  "SLA GGX": ["gga_x_pw91"],
  "SLA PBX": ["gga_x_pbe"],
  "SLA PBE": ["gga_x_pbe"],
  "SLA RPB": ["gga_x_pbe_r"],
  "SLA PSX": ["gga_x_pbe_sol"],
  "SLA WCX": ["gga_x_wc"],
  "NOX OPTX": ["gga_x_optx"],
  "SLA PW86": ["gga_x_pw86"],
  "SLA B86B": ["gga_x_b86_mgc"],
  "SLA RW86": ["gga_x_rpw86"],
  "SLA C09X": ["gga_x_c09x"],
};

/** The same of correlation. */
const UPF_CORRELATION: Readonly<Record<string, readonly string[]>> = {
  "NOC NOGC": [],
  "PZ NOGC": ["lda_c_pz"],
  "VWN NOGC": ["lda_c_vwn"],
  "VWNRPA NOGC": ["lda_c_vwn_rpa"],
  "PW NOGC": ["lda_c_pw"],
  "WIG NOGC": ["lda_c_wigner"],
  "HL NOGC": ["lda_c_hl"],
  "OBZ NOGC": ["lda_c_ob_pz"],
  "OBW NOGC": ["lda_c_ob_pw"],
  "GL NOGC": ["lda_c_gl"],
  "PZ P86": ["gga_c_p86"],
  "PW GGC": ["gga_c_pw91"],
  "LYP BLYP": ["gga_c_lyp"],
  "PW PBC": ["gga_c_pbe"],
  "PW PBE": ["gga_c_pbe"],
  "PW PSC": ["gga_c_pbe_sol"],
};

/** pw.x's short names by the words for exchange, correlation and both gradient corrections. */
const UPF_SHORT: Readonly<Record<string, string>> = {
  PZ: "SLA PZ",
  LDA: "SLA PZ",
  PW: "SLA PW",
  VWNRPA: "SLA VWNRPA",
  PBE: "SLA PW PBX PBC",
  PBESOL: "SLA PW PSX PSC",
  REVPBE: "SLA PW RPB PBC",
  WC: "SLA PW WCX PBC",
  PW91: "SLA PW GGX GGC",
  BLYP: "SLA LYP B88 BLYP",
  BP: "SLA PZ B88 P86",
  OLYP: "NOX LYP OPTX BLYP",
  PW86PBE: "SLA PW PW86 PBC",
  B86BPBE: "SLA PW B86B PBC",
};

/** libxc names of a UPF functional, null for one that is not known here. */
export function upfFunctional(written: string): readonly string[] | null {
  const words = written.trim().toUpperCase().replace("VWN-RPA", "VWNRPA").split(/[\s+-]+/).join(" "); // biome-ignore format: one line
  const slots = (UPF_SHORT[words] ?? words).split(" ");
  const [exchange, correlation, gradientX = "NOGX", gradientC = "NOGC", ...rest] = slots;
  const x = UPF_EXCHANGE[`${exchange} ${gradientX}`];
  const c = UPF_CORRELATION[`${correlation} ${gradientC}`];
  return x === undefined || c === undefined || rest.length > 0 ? null : [...x, ...c];
}

/** ABINIT's own functional codes (positive), which stand in psp8 headers. */
const ABINIT_CODES: Readonly<Record<number, readonly string[]>> = {
  0: [],
  1: ["lda_xc_teter93"],
  2: ["lda_x", "lda_c_pz"],
  4: ["lda_x", "lda_c_wigner"],
  5: ["lda_x", "lda_c_hl"],
  7: ["lda_x", "lda_c_pw"],
  8: ["lda_x"],
  11: ["gga_x_pbe", "gga_c_pbe"],
  12: ["gga_x_pbe"],
  14: ["gga_x_pbe_r", "gga_c_pbe"],
  15: ["gga_x_rpbe", "gga_c_pbe"],
  23: ["gga_x_wc", "gga_c_pbe"],
};

/**
 * libxc names for the functional number of a psp8 header: an ABINIT code, or minus two libxc
 * numbers of three digits each, −101130 being 101 and 130. Null for unknown numbers.
 */
export function abinitFunctional(code: number): readonly string[] | null {
  if (code >= 0) return ABINIT_CODES[code] ?? null;
  const names = [Math.floor(-code / 1000), -code % 1000]
    .filter((n) => n > 0)
    .map((n) => FUNCTIONALS_BY_NUMBER[n]?.name);
  return names.every((name) => name !== undefined) ? names : null;
}
