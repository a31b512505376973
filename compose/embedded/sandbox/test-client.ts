import { z } from "zod";
import type { SandboxReady } from "./start.ts";

/** What a request got: the body is parsed when it is JSON. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export interface TestClient {
  readonly token: string | undefined;
  graphql(query: string): Promise<Answer>;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** Like `call`, for a request that must succeed; the body is parsed by a schema. */
  read<T extends z.ZodType>(
    schema: T,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<z.infer<T>>;
}

interface CallOptions {
  readonly body?: unknown;
  /** A multipart body. */
  readonly form?: FormData;
  /** Instead of the client's own token. */
  readonly token?: string;
}

/** A minimal REST client for the tests; `path` is under the API prefix. */
export function createTestClient(url: string, ownToken?: string): TestClient {
  const client: TestClient = {
    token: ownToken,
    graphql: (query) => client.call("POST", "../../../graphql", { body: { query } }),
    async call(method, path, { body, form, token = ownToken } = {}) {
      const response = await fetch(`${url}/pepeunit/api/v1${path}`, {
        method,
        redirect: "manual",
        headers: {
          ...(token === undefined ? {} : { "x-auth-token": token }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(form === undefined ? {} : { body: form }),
      });
      const text = await response.text();
      const isJson = response.headers.get("content-type")?.includes("json") ?? false;
      return { status: response.status, body: isJson ? JSON.parse(text) : text };
    },
    async read(schema, method, path, body) {
      const answer = await client.call(method, path, { body });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
      return schema.parse(answer.body);
    },
  };
  return client;
}

const WithUuid = z.object({ uuid: z.string() });
const Node = WithUuid.extend({ type: z.string(), topic_name: z.string() });
const UnitList = z.object({
  count: z.number(),
  units: z.array(WithUuid.extend({ name: z.string(), unit_nodes: z.array(Node) })),
});
const Env = z.object({ PU_AUTH_TOKEN: z.string(), PU_MQTT_PORT: z.number() });
const TopicMap = z.record(z.string(), z.array(z.string()));
const Schema = z.object({
  input_base_topic: TopicMap,
  output_base_topic: TopicMap,
  input_topic: TopicMap,
  output_topic: TopicMap,
});

/** A provisioned unit with what a device would know. */
export interface TestUnit {
  readonly uuid: string;
  readonly name: string;
  readonly token: string;
  readonly input: string;
  readonly output: string;
  readonly schema: z.infer<typeof Schema>;
}

export interface Provisioned {
  readonly registry: string;
  readonly repo: string;
  readonly units: readonly TestUnit[];
}

/** Signs the administrator in. */
export async function signIn({ url, admin }: SandboxReady): Promise<TestClient> {
  const { token } = await createTestClient(url).read(
    z.object({ token: z.string() }),
    "POST",
    "/users/auth",
    { credentials: admin.login, password: admin.password },
  );
  return createTestClient(url, token);
}

/** Provisions units as the platform's own sequence has it: registry, repo, units, nodes, env. */
export async function provision(
  client: TestClient,
  names: readonly string[],
  visibility = "Public",
): Promise<Provisioned> {
  const registry = await client.read(
    WithUuid.extend({ sync_status: z.literal("Updated"), branches: z.array(z.string()).min(1) }),
    "POST",
    "/repository_registry",
    {
      platform: "Gitlab",
      repository_url: `https://git.test/${names[0]}/universal_test_unit.git`,
      is_public_repository: true,
    },
  );
  const repo = await client.read(WithUuid, "POST", "/repos", {
    repository_registry_uuid: registry.uuid,
    default_branch: registry.branches[0],
    visibility_level: "Public",
    name: `repo-${names[0]}`,
    is_compilable_repo: false,
  });
  for (const name of names) {
    await client.read(WithUuid, "POST", "/units", {
      repo_uuid: repo.uuid,
      visibility_level: visibility,
      name,
      is_auto_update_from_repo_unit: true,
    });
  }
  const { units } = await client.read(
    UnitList,
    "GET",
    `/units?is_include_output_unit_nodes=true&repo_uuid=${repo.uuid}&limit=500&offset=0&order_by_create_date=asc`,
  );
  return {
    registry: registry.uuid,
    repo: repo.uuid,
    units: await Promise.all(
      units.map(async ({ uuid, name, unit_nodes: nodes }) => ({
        uuid,
        name,
        token: (await client.read(Env, "GET", `/units/env/${uuid}`)).PU_AUTH_TOKEN,
        input: nodes.find((node) => node.type === "Input")?.uuid ?? "",
        output: nodes.find((node) => node.type === "Output")?.uuid ?? "",
        schema: await client.read(Schema, "GET", `/units/get_current_schema/${uuid}`),
      })),
    ),
  };
}

/** Two units of one repo, for a message from one to the other. */
export async function provisionPair(
  client: TestClient,
  names: readonly [string, string],
  visibility?: string,
): Promise<Provisioned & { readonly from: TestUnit; readonly to: TestUnit }> {
  const provisioned = await provision(client, names, visibility);
  const [from, to] = provisioned.units;
  if (!from || !to) throw new Error("two units expected");
  return { ...provisioned, from, to };
}

/** Links the Output of one unit to the Input of another. */
export const linkUnits = (client: TestClient, from: TestUnit, to: TestUnit): Promise<Answer> =>
  client.call("POST", "/unit_nodes/create_unit_node_edge", {
    body: { node_output_uuid: from.output, node_input_uuid: to.input },
  });

/** The schema of a unit as it is now. */
export const readSchema = (client: TestClient, uuid: string): Promise<z.infer<typeof Schema>> =>
  client.read(Schema, "GET", `/units/get_current_schema/${uuid}`);
