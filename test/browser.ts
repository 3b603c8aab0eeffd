import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

/** Debian's Chromium; tests that need it are skipped where it is not. */
export const CHROMIUM = "/usr/bin/chromium";
export const hasChromium = existsSync(CHROMIUM);
/** Options that start it. */
export const LAUNCH = { executablePath: CHROMIUM, args: ["--no-sandbox"] };

const TYPES: Record<string, string> = {
  html: "text/html",
  js: "text/javascript",
  css: "text/css",
  wasm: "application/wasm",
};
/** What servers of libraries allow: pages of other origins. */
const FOR_ALL = { "access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin" };
/** Headers that give a page shared memory. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

/** A folder that is served, and its address without a slash at the end. */
export interface Served {
  readonly address: string;
  close(): void;
}

/** @param isolated whether its pages may share memory with their workers. */
export async function serve(folder: string, isolated: boolean): Promise<Served> {
  const server = createServer((request, response) => {
    const path = join(folder, new URL(request.url ?? "/", "http://x").pathname);
    if (!existsSync(path)) return void response.writeHead(404).end();
    const type = TYPES[extname(path).slice(1)] ?? "text/plain";
    response
      .writeHead(200, { "content-type": type, ...FOR_ALL, ...(isolated && ISOLATED) })
      .end(readFileSync(path));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}`, close: () => void server.close() };
}
