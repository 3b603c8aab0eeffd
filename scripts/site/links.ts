import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

/** What a page links to, and the names in it that may be linked to. */
interface PageLinks {
  readonly links: readonly string[];
  readonly names: ReadonlySet<string>;
}

const decoded = (text: string): string =>
  text.replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"');

function linksOf(html: string): PageLinks {
  const markup = html.replace(/<!--[\s\S]*?-->/g, "").replace(/(<script\b[^>]*>)[\s\S]*?<\/script>/g, "$1"); // what a script says is no link
  const all = (pattern: RegExp): string[] =>
    Array.from(markup.matchAll(pattern), ([, value]) => decoded(value!));
  return {
    links: all(/<[a-z][^<>]*?\s(?:href|src)="([^"]*)"/gi),
    names: new Set(all(/\sid="([^"]*)"/gi)),
  };
}

/**
 * Finds the links of a site that lead nowhere: to a file that is not there, or to a name that the
 * page does not have. Addresses of other sites are not asked.
 *
 * @returns one line each: page, link, what is wrong.
 */
export function deadLinks(folder: string): string[] {
  const pages = (readdirSync(folder, { recursive: true }) as string[]).filter((name) =>
    name.endsWith(".html"),
  );
  const known = new Map(
    pages.map((name) => [resolve(folder, name), linksOf(readFileSync(join(folder, name), "utf8"))]),
  );
  return pages.flatMap((name) =>
    known.get(resolve(folder, name))!.links.flatMap((link) => {
      if (/^[a-z][a-z+.-]*:|^\/\//i.test(link)) return [];
      const [path = "", anchor] = link.split("#");
      const file = decodeURIComponent(path.split("?")[0]!);
      const target = file === "" ? resolve(folder, name) : resolve(folder, dirname(name), file);
      if (relative(folder, target).startsWith("..")) return [`${name}: ${link} leads out of the site`];
      if (!existsSync(target) || statSync(target).isDirectory()) return [`${name}: ${link} is not there`];
      const names = known.get(target)?.names;
      if (
        anchor === undefined ||
        anchor === "" ||
        names === undefined ||
        names.has(decodeURIComponent(anchor))
      )
        return [];
      return [`${name}: ${link} names no place of that page`];
    }),
  );
}
