import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { readParts } from "../rest/multipart.ts";
import type { GraphqlRequest } from "./execute.ts";

const Body = z.object({
  query: z.string(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  operationName: z.string().nullish(),
});
const FileMap = z.record(z.string(), z.array(z.string()));

/** The request in a body, JSON or multipart; undefined when there is none. */
export async function readRequest(request: FastifyRequest): Promise<GraphqlRequest | undefined> {
  const isMultipart = Buffer.isBuffer(request.body);
  const parsed = Body.safeParse(isMultipart ? await readUpload(request) : request.body);
  if (!parsed.success) return undefined;
  const { query, variables, operationName } = parsed.data;
  return { query, variables: variables ?? {}, operationName: operationName ?? undefined };
}

/** Puts the text of each file where the map wants it (GraphQL multipart request specification). */
async function readUpload(request: FastifyRequest): Promise<unknown> {
  const parts = await readParts(request);
  const operations = parseJson(parts.get("operations"));
  const map = FileMap.safeParse(parseJson(parts.get("map")));
  for (const [name, paths] of Object.entries(map.data ?? {})) {
    const file = parts.get(name);
    const text = file === null || typeof file === "string" ? file : await file.text();
    for (const path of paths) setAt(operations, path.split("."), text);
  }
  return operations;
}

function parseJson(part: ReturnType<FormData["get"]>): unknown {
  if (typeof part !== "string") return undefined;
  try {
    return JSON.parse(part);
  } catch {
    return undefined;
  }
}

function setAt(target: unknown, path: readonly string[], value: unknown): void {
  const [name = "", ...rest] = path;
  if (typeof target !== "object" || target === null || !Object.hasOwn(target, name)) return;
  if (rest.length === 0) Reflect.set(target, name, value);
  else setAt(Reflect.get(target, name), rest, value);
}
