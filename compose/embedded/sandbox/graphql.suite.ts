import { afterAll, beforeAll, expect } from "vitest";
import { type Sandbox, startSandbox } from "./start.ts";
import { provisionPair, signIn, type TestClient } from "./test-client.ts";

/** A sandbox for the tests of one file, asked over GraphQL. */
export interface GraphqlBench {
  readonly url: () => string;
  readonly mqtt: () => string;
  /** The administrator. */
  readonly client: () => TestClient;
  /** Two Units whose names begin so. */
  readonly pair: (name: string) => ReturnType<typeof provisionPair>;
  readonly post: (body: string | FormData, type?: string, token?: string) => Promise<GraphqlReply>;
  /** Asks as the administrator, unless another token is given. */
  readonly ask: (query: string, variables?: object, token?: string) => Promise<GraphqlReply>;
}

export interface GraphqlReply {
  readonly status: number;
  readonly body: unknown;
}

/** Starts the sandbox before the tests of the file that calls it, and closes it behind them. */
export function graphqlBench(): GraphqlBench {
  let sandbox: Sandbox;
  let client: TestClient;
  beforeAll(async () => {
    const limits = { connectsPerSec: 1000 };
    sandbox = await startSandbox({ port: 0, mqttPort: 0, capacity: {}, limits });
    client = await signIn(sandbox.ready);
  });
  afterAll(() => sandbox.close());

  async function post(body: string | FormData, type?: string, token?: string) {
    const headers = {
      ...(type === undefined ? {} : { "content-type": type }),
      ...(token === undefined ? {} : { "x-auth-token": token }),
    };
    const url = `${sandbox.ready.url}/pepeunit/graphql`;
    const response = await fetch(url, { method: "POST", headers, body });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") ?? false;
    return { status: response.status, body: isJson ? (JSON.parse(text) as unknown) : text };
  }

  return {
    url: () => sandbox.ready.url,
    mqtt: () => sandbox.ready.mqtt,
    client: () => client,
    pair: (name) => provisionPair(client, [`${name}-a`, `${name}-b`]),
    post,
    ask: (query, variables = {}, token = client.token) =>
      post(JSON.stringify({ query, variables }), "application/json", token),
  };
}

/** A refusal as GraphQL words it: REST's text, with status 200. */
export const refusal = (message: string, field: string) => ({
  status: 200,
  body: { data: null, errors: [{ message, locations: expect.any(Array), path: [field] }] },
});
