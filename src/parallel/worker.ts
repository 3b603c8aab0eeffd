import { parentChannel } from "./spawn.ts";
import { createThread } from "./thread.ts";
import { serve } from "./transport.ts";

serve(await parentChannel(), createThread());
