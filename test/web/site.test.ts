import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deadLinks } from "../../scripts/site/links.ts";
import { pageOf, render, renderWithEquations, slug } from "../../scripts/site/markdown.ts";
import { renderNotebook } from "../../scripts/site/notebook.ts";

test("links that lead nowhere are found: files, names in pages, out of the site; others are not", () => {
  const folder = mkdtempSync(join(tmpdir(), "stillwave-site-"));
  try {
    mkdirSync(join(folder, "docs"));
    writeFileSync(join(folder, "a b.svg"), "<svg/>");
    writeFileSync(
      join(folder, "index.html"),
      '<h2 id="top">A</h2><a href="docs/b.html#here">b</a><a href="#top">top</a>',
    );
    writeFileSync(
      join(folder, "docs/b.html"),
      `<p id="here"><img src="../a%20b.svg"> <a href="../index.html#top">a</a> <a href="https://example.org/x">far</a>
       <pre><code>&lt;a href="none.html"&gt;</code></pre> <!-- <a href="none.html"> --> <script>const a = '<a href="none.html">';</script>
       <a href="gone.html">1</a> <a class="x" href="../index.html#gone">2</a> <a href="../../x.html">3</a> <a href="..">4</a></p>`,
    );
    expect(deadLinks(folder)).toEqual([
      "docs/b.html: gone.html is not there",
      "docs/b.html: ../index.html#gone names no place of that page",
      "docs/b.html: ../../x.html leads out of the site",
      "docs/b.html: .. is not there",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("Markdown has GitHub's names of headings, and links to pages of the site", () => {
  expect(slug("What `P⁻¹ε†` says: κ, and why")).toBe("what-p¹ε-says-κ-and-why");
  const { title, summary, html } = render(
    "# A *title*\n\nFirst [words](docs/b.md#c),\nsecond. Third.\n\n## Twice\n\n## Twice\n\n[n](x.ipynb) [s](a.svg)\n\n|a|\n|-|\n|1|\n",
  );
  expect([title, summary]).toEqual(["A title", "First words, second."]);
  expect(html).toContain('<a href="docs/b.html#c">words</a>');
  expect(html).toContain('<h2 id="twice">Twice</h2>\n<h2 id="twice-1">Twice</h2>');
  expect(html).toContain('<a href="x.html">n</a> <a href="a.svg">s</a>');
  expect(html).toContain('<div class="scroll" tabindex="0"><table>');
  expect(pageOf("bench/README.md")).toBe("bench/README.html");
});

test("equations become MathML, dollars in code stay, and what is no equation is refused", () => {
  const { html } = renderWithEquations("For $x_1$ and\n\n$$\\sum_k x_k$$\n\n`a $b$`\n\n```\n$c$\n```\n");
  expect(html.match(/<math/g)).toHaveLength(2);
  expect(html).toContain("<code>a $b$</code>");
  expect(html).toContain("$c$");
  expect(() => renderWithEquations("$\\nothing{$")).toThrow();
});

test("a notebook is rendered with its outputs; one of another kind is refused", () => {
  const notebook = (data: object): string =>
    JSON.stringify({
      cells: [
        { cell_type: "markdown", source: ["# N\n", "\n", "About $x$."] },
        { cell_type: "code", source: "a < b", outputs: [{ text: ["1 < 2\n"] }, { data }] },
      ],
    });
  const { title, html } = renderNotebook(notebook({ "image/svg+xml": ["<svg>", "</svg>"] }));
  expect(title).toBe("N");
  expect(html).toContain("<pre><code>a &lt; b</code></pre>");
  expect(html).toContain('<pre class="output">1 &lt; 2\n</pre>\n<figure><svg></svg></figure>');
  expect(() => renderNotebook(notebook({ "text/html": "x" }))).toThrow(/without a picture: text\/html/);
});
