/**
 * Returns text without what a terminal would obey: control characters, and marks that turn the
 * direction of writing. Line ends and tabs become blanks.
 */
export const printable = (text: string): string =>
  text
    .replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")
    .replace(/[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, "");
