import { createRequire } from "node:module";
import { request } from "undici";
import { bad, type Check, type DoctorContext, type Finding, ok } from "../check.ts";

const ASK_WITHIN_MS = 5000;
const LEAST_MAJOR = 25;

/** Where the runs are kept: the ClickHouse that was named, or the embedded one. */
export const storeEngine: Check = {
  id: "clickhouse",
  title: "ClickHouse",
  about: "machine",
  run: (context) =>
    context.settings.clickhouse === undefined
      ? embedded()
      : named(context.settings.clickhouse, context),
};

function embedded(): Finding {
  const needed = "chdb, or --clickhouse URL";
  try {
    createRequire(import.meta.url).resolve("chdb");
    return ok("the embedded one is installed", needed);
  } catch {
    const fix = "npm install --include=optional chdb";
    return bad("fail", "the embedded one (chdb) is not installed", needed, fix);
  }
}

async function named(url: string, { settings, world }: DoctorContext): Promise<Finding> {
  const needed = `an answering ClickHouse, ${LEAST_MAJOR} or newer`;
  try {
    const { statusCode, body } = await request(
      `${url.replace(/\/$/, "")}/?query=SELECT%20version()`,
      {
        headers: {
          "x-clickhouse-user": settings.clickhouseUser,
          "x-clickhouse-key": world.env["LOADSTONE_CLICKHOUSE_PASSWORD"] ?? "",
        },
        signal: AbortSignal.any([world.signal, AbortSignal.timeout(ASK_WITHIN_MS)]),
      },
    );
    const text = (await body.text()).trim();
    return judgeAnswer(url, statusCode, text, needed);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return bad("fail", `${url}: ${why}`, needed, "start it, or check the URL of --clickhouse");
  }
}

export function judgeAnswer(url: string, status: number, text: string, needed: string): Finding {
  if (status !== 200) {
    const seen = `${url} answers ${status}: ${text.slice(0, 120)}`;
    const fix = "set LOADSTONE_CLICKHOUSE_PASSWORD and give --clickhouse-user";
    return bad("fail", seen, needed, fix);
  }
  const seen = `version ${text.slice(0, 40)} at ${url}`;
  if (Number.parseInt(text, 10) >= LEAST_MAJOR) return ok(seen, needed);
  return bad("warn", seen, needed, "use a newer ClickHouse, or the embedded one");
}
