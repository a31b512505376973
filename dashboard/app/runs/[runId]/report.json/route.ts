import { runIdFrom } from "../../../../lib/run-id.ts";
import { askStore } from "../../../../store.ts";

interface Context {
  readonly params: Promise<{ readonly runId: string }>;
}

/** The report of a run, byte for byte what renderers and gates read. */
export async function GET(_request: Request, { params }: Context): Promise<Response> {
  const runId = runIdFrom((await params).runId);
  const asked = await askStore(async (store) =>
    runId === undefined ? undefined : await store.readReport(runId),
  );
  if (asked.kind === "trouble") return Response.json({ error: asked.trouble }, { status: 503 });
  if (asked.value === undefined) return Response.json({ error: "no such report" }, { status: 404 });
  return new Response(`${JSON.stringify(asked.value, undefined, 2)}\n`, {
    headers: {
      "Content-Type": "application/json",
      "Content-Disposition": `attachment; filename="loadstone-${asked.value.run.id.replaceAll(":", "-")}.json"`,
      "Cache-Control": "no-store",
    },
  });
}
