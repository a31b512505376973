import type { FastifyInstance, FastifyRequest } from "fastify";
import { Unprocessable } from "../operations/validation.ts";

const MULTIPART = "multipart/form-data";

/** Keeps a multipart body as it is, for `readFile` to take apart. */
export function acceptMultipart(app: FastifyInstance): void {
  app.addContentTypeParser(MULTIPART, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
}

/** The parts of a multipart body by name; empty for any other body. */
export async function readParts(request: FastifyRequest): Promise<FormData> {
  const { body, headers } = request;
  const type = headers["content-type"] ?? "";
  if (!Buffer.isBuffer(body) || !type.startsWith(MULTIPART)) return new FormData();
  // Node's own parser of multipart bodies hangs on a Response.
  return new Response(new Uint8Array(body), { headers: { "content-type": type } })
    .formData()
    .catch(() => new FormData());
}

/** The text of a file part; a missing one is what FastAPI says of it. */
export async function readFile(request: FastifyRequest, name: string): Promise<string> {
  const part = (await readParts(request)).get(name);
  if (part !== null) return typeof part === "string" ? part : part.text();
  const problem = { type: "missing", loc: ["body", name], msg: "Field required", input: null };
  throw new Unprocessable([problem]);
}
