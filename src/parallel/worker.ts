import { isNode } from "../common/platform.ts";
import { createThread } from "./thread.ts";
import { type Channel, serve } from "./transport.ts";

// Without a top-level await: a browser drops what is sent before someone listens, and bundlers
// make workers that have none.
if (isNode) void import("./node-worker.ts").then(({ nodeParent }) => serve(nodeParent(), createThread()));
else serve(pageChannel(), createThread());

/** Returns the channel to the page, inside a worker of a browser. */
function pageChannel(): Channel {
  const scope = globalThis as unknown as {
    postMessage(message: unknown): void;
    addEventListener(type: "message", handle: (event: { data: unknown }) => void): void;
  };
  return {
    post: (message) => scope.postMessage(message),
    onMessage: (handle) => scope.addEventListener("message", (event) => handle(event.data)),
  };
}
