import { expect, test } from "vitest";
import { parseGth } from "../../src/atoms/gth/gth-format.ts";

const aluminium = `# comment
Al GTH-PADE-q3 GTH-LDA-q3
    2    1
     0.45000000    1    -8.49135116
    2
     0.46010427    2     5.08833953    -1.03784325
                                        2.67969975
     0.53674439    1     2.19343827
`;

test("an entry is read with its charge, local part and symmetric channel matrices", () => {
  expect(parseGth(aluminium)).toEqual([
    {
      kind: "gth",
      element: "Al",
      name: "GTH-PADE-q3",
      otherNames: ["GTH-LDA-q3"],
      charge: 3,
      rloc: 0.45,
      c: [-8.49135116],
      channels: [
        {
          r: 0.46010427,
          h: [
            [5.08833953, -1.03784325],
            [-1.03784325, 2.67969975],
          ],
        },
        { r: 0.53674439, h: [[2.19343827]] },
      ],
    },
  ]);
});

test("a 3 × 3 channel is read row by row, an empty one keeps its radius, numbers may break anywhere", () => {
  const text = "Si mine\n 4\n 0.4 0 3\n 0.5 3 1 2 3\n 4 5\n 6\n 0.6 0\n 0.7\n 1 1d-1 # end";
  const [potential] = parseGth(text);
  expect(potential!.c).toEqual([]);
  expect(potential!.channels).toEqual([
    {
      r: 0.5,
      h: [
        [1, 2, 3],
        [2, 4, 5],
        [3, 5, 6],
      ],
    },
    { r: 0.6, h: [] },
    { r: 0.7, h: [[0.1]] },
  ]);
});

test("entries with parts that have no formula here are left out, alone they are refused", () => {
  const withCore = aluminium
    .replace("    2\n     0.46", "  NLCC 1\n  0.3 2 0.1\n    2\n     0.46")
    .replace("q3", "q3-nlcc");
  expect(withCore).toContain("NLCC");
  expect(parseGth(withCore + aluminium).map(({ name }) => name)).toEqual(["GTH-PADE-q3"]);
  expect(() => parseGth(withCore)).toThrow("Al GTH-PADE-q3-nlcc (line 2, NLCC)");
});

test.each([
  ["no entry", "# nothing\n", "GTH, got a file that starts"],
  ["empty text", "", "GTH, got an empty file"],
  [
    "another format",
    "<UPF version>\n",
    'gth file: must be a pseudopotential in the format UPF, psp8 or GTH, got a file that starts "<UPF version>"',
  ],
  [
    "a web page",
    "<!DOCTYPE html><html><body>404 Not Found</body></html>",
    "must be a pseudopotential in the format UPF, psp8 or GTH, got a web page",
  ],
  [
    "something after an entry",
    `${aluminium}<UPF`,
    "gth file line 9: an element and the name of its potential expected, got <UPF",
  ],
  [
    "a word for a number",
    aluminium.replace("-8.49135116", "minus"),
    "gth file line 4: a local coefficient expected, got minus",
  ],
  [
    "a radius of zero",
    aluminium.replace("0.53674439", "0.0"),
    "line 8: the radius of channel l = 1, a positive length in bohr, expected, got 0.0",
  ],
  [
    "a fractional count",
    aluminium.replace("    2\n     0.46", "    2.5\n     0.46"),
    "line 5: the number of nonlocal channels (0 to 4) expected, got 2.5",
  ],
  [
    "five local coefficients",
    aluminium.replace("0.45000000    1", "0.45 5"),
    "at most 4 local coefficients, announced are 5",
  ],
  [
    "a missing number",
    aluminium.replace("2.19343827", ""),
    "h of channel l = 1 expected, got the end of the text",
  ],
  [
    "a number too many",
    `${aluminium}\n 1.0`,
    "line 10: an element and the name of its potential expected, got 1.0",
  ],
])("%s is refused with its line, what was expected and what was found", (_, text, message) => {
  expect(() => parseGth(text)).toThrow(message);
});
