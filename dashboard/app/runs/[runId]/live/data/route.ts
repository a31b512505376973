import { z } from "zod";
import { readLive } from "../../../../../lib/read-live.ts";
import { runIdFrom } from "../../../../../lib/run-id.ts";
import { askStore } from "../../../../../store.ts";

const Query = z.object({
  since: z.coerce.number().nonnegative().catch(0),
  windows: z.coerce.number().int().nonnegative().catch(0),
});

interface Context {
  readonly params: Promise<{ readonly runId: string }>;
}

/** What happened in a run since a moment; the live screen asks once a second. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const runId = runIdFrom((await params).runId);
  const { since, windows } = Query.parse(Object.fromEntries(new URL(request.url).searchParams));
  const asked = await askStore(async (store) =>
    runId === undefined
      ? undefined
      : await readLive(store, runId, { sinceMs: since, windows }, Date.now()),
  );
  const headers = { "Cache-Control": "no-store" };
  if (asked.kind === "trouble") {
    return Response.json({ error: asked.trouble }, { status: 503, headers });
  }
  if (asked.value === undefined) {
    return Response.json({ error: "no such run" }, { status: 404, headers });
  }
  return Response.json(asked.value, { headers });
}
