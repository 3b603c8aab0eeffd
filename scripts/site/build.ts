import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { build } from "vite";
import { deadLinks } from "./links.ts";
import { escapeHtml, pageOf, type Rendered, render } from "./markdown.ts";
import { renderNotebook } from "./notebook.ts";

/** Builds the page, the guides, the notebooks and the pages of the library as one site without a server. */

const root = resolve(import.meta.dirname, "../..");
const site = join(root, "site");
const read = (file: string): string => readFileSync(join(root, file), "utf8");
const named = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));

/** A page of the site around a document; `file` is where it lies there. */
function write(file: string, { title, html }: Pick<Rendered, "title" | "html">): void {
  const up = relative(dirname(file), ".") || ".";
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)} · Stillwave</title>
<link rel="stylesheet" href="${up}/document.css">
</head>
<body>
<header><a href="${up}/index.html">Stillwave</a> <a href="${up}/docs/index.html">Guides</a> <a href="${up}/notebooks/index.html">Notebooks</a> <a href="${up}/api/index.html">Library</a></header>
<main>
${html}
</main>
</body>
</html>
`;
  mkdirSync(dirname(join(site, file)), { recursive: true });
  writeFileSync(join(site, file), page);
}

/** A list of documents with what each is about. */
function list(title: string, file: string, documents: ReadonlyMap<string, Rendered>): void {
  const rows = [...documents].map(
    ([of, document]) =>
      `<dt><a href="${relative(dirname(file), pageOf(of))}">${escapeHtml(document.title)}</a></dt>\n<dd>${escapeHtml(document.summary)}</dd>`,
  );
  write(file, { title, html: `<h1>${escapeHtml(title)}</h1>\n<dl>\n${rows.join("\n")}\n</dl>` });
}

const FIRST = ["docs/tutorial.md", "docs/library.md"];
const TOP = [
  "README",
  "ARCHITECTURE",
  "CONVENTIONS",
  "CONTRIBUTING",
  "REFERENCES",
  "RELIABILITY",
  "CHANGELOG",
];

const rendered = (files: readonly string[], by: (text: string) => Rendered): Map<string, Rendered> =>
  new Map(files.map((file) => [file, by(read(file))]));

await build({ configFile: join(root, "web/vite.config.ts"), logLevel: "warn" });
writeFileSync(join(site, "document.css"), read("web/src/colours.css") + read("scripts/site/document.css"));

const guides = rendered([...new Set([...FIRST, ...named("docs", ".md")])], render);
const top = rendered(
  TOP.map((name) => `${name}.md`),
  render,
);
const others = rendered(["notebooks/README.md", "bench/README.md"], render);
const notebooks = rendered(named("notebooks", ".ipynb"), renderNotebook);
for (const [file, document] of [...guides, ...top, ...others, ...notebooks]) write(pageOf(file), document);
list("Guides", "docs/index.html", new Map([...guides, ...top]));
list("Notebooks", "notebooks/index.html", notebooks);
for (const folder of [
  "docs/models",
  "docs/own-slab",
  "docs/pictures",
  "docs/reliability",
  "docs/tutorial",
  "docs/workflow",
  "examples",
])
  cpSync(join(root, folder), join(site, folder), { recursive: true });

execFileSync("npx", ["typedoc", "--out", join(site, "api"), "--logLevel", "Warn"], {
  cwd: root,
  stdio: "inherit",
});

const dead = deadLinks(site);
for (const line of dead) console.error(line);
if (dead.length > 0) {
  console.error(`${dead.length} links lead nowhere`);
  process.exitCode = 1;
} else console.log(`site: ${site}`);
