import type { Assertion } from "../assertion.ts";
import { aBoolean, aNaiveDate, aText, aUuid, aWholeNumber, holds, present, same } from "../same.ts";

const NOBODY = "00000000-0000-4000-8000-000000000000";

/** A refusal in the platform's own words. */
export const detail = (status: number, text: string | RegExp) => ({
  status,
  body: { detail: text },
});

function claimsOf(token: string): unknown {
  return JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
}

/** Addresses, tokens and errors of REST. */
export const REST: readonly Assertion[] = [
  {
    id: "rest/root",
    contract: "REST §2",
    quirk: "GET /pepeunit tells name, version and feature flags to anybody",
    check: async (bench) =>
      same("GET /pepeunit", await bench.send("GET", "/pepeunit", { token: null }), {
        status: 200,
        body: {
          name: aText,
          version: /^\d+\.\d+/,
          graphql: /\/pepeunit\/graphql$/,
          feature_flags: {
            pu_ff_datapipe_enable: aBoolean,
            pu_ff_datapipe_default_last_value_enable: aBoolean,
            pu_ff_prometheus_enable: aBoolean,
          },
        },
      }),
  },
  {
    id: "rest/token-header",
    contract: "REST §1",
    quirk: "the raw JWT goes into x-auth-token; Authorization is not looked at",
    check: async (bench) => {
      same("with x-auth-token", await bench.call("GET", "/users?limit=1"), { status: 200 });
      const headers = { authorization: `Bearer ${bench.parts.user.token}` };
      const answer = await bench.call("GET", "/users?limit=1", { token: null, headers });
      same("with Authorization", answer, detail(403, /^403: 1: No Access: /));
    },
  },
  {
    id: "rest/bad-token",
    contract: "REST §1.1",
    quirk: "a token that is none is 403 with code 1",
    check: async (bench) =>
      same(
        "GET /users",
        await bench.call("GET", "/users", { token: "not-a-token" }),
        detail(403, "403: 1: No Access: Token is invalid"),
      ),
  },
  {
    id: "rest/token-claims",
    contract: "REST §1.1",
    quirk: "a user's token expires, a Unit's never does and stays the same",
    check: async (bench) => {
      const { user } = bench.parts;
      same("the user's", claimsOf(user.token), { type: "User", uuid: aUuid, exp: aWholeNumber });
      const { token, uuid } = bench.unit(0);
      const claims = claimsOf(token);
      same("a Unit's", claims, { type: "Unit", uuid, exp: undefined });
      same("read again", await bench.call("GET", `/units/env/${uuid}`), {
        body: { PU_AUTH_TOKEN: (seen: unknown) => seen === token },
      });
    },
  },
  {
    id: "rest/wrong-login",
    contract: "REST §1.2",
    quirk: "a wrong password is 403, an unknown login 422",
    check: async (bench) => {
      const ask = (credentials: string) =>
        bench.call("POST", "/users/auth", {
          token: null,
          body: { credentials, password: "not-the-password" },
        });
      same(
        "a wrong password",
        await ask(bench.parts.login.name),
        detail(403, /Password hash mism/),
      );
      same("an unknown login", await ask(`${bench.parts.prefix}none`), detail(422, /^422: 2: /));
    },
  },
  {
    id: "rest/users-by-bot",
    contract: "REST §3",
    quirk: "only somebody without a token may register",
    check: async (bench) =>
      same(
        "POST /users with a token",
        await bench.call("POST", "/users", { body: { login: "x", password: "x" } }),
        { status: (seen: unknown) => seen === 403 || seen === 422 },
      ),
  },
  {
    id: "rest/trailing-slash",
    contract: "REST §1",
    quirk: "a slash too few is a redirect, or a uuid that is none",
    check: async (bench) => {
      same("GET /metrics", await bench.call("GET", "/metrics"), {
        status: 307,
        location: /\/metrics\/$/,
      });
      same("GET /units/", await bench.call("GET", "/units/"), { status: 307 });
      same("GET /units/log_list", await bench.call("GET", "/units/log_list"), { status: 422 });
    },
  },
  {
    id: "rest/missing-object",
    contract: "REST §1.2",
    quirk: "a missing object is 422 with code 2, never 404",
    check: async (bench) =>
      same(
        "GET /units/{nobody}",
        await bench.call("GET", `/units/${NOBODY}`),
        detail(422, "422: 2: Validation Error: The object does not exist"),
      ),
  },
  {
    id: "rest/missing-env",
    contract: "REST §1.2",
    quirk: "the env of a Unit that does not exist is a 500",
    inferred: true,
    check: async (bench) =>
      same("GET /units/env/{nobody}", await bench.call("GET", `/units/env/${NOBODY}`), {
        status: 500,
        body: "Internal Server Error",
      }),
  },
  {
    id: "rest/wrong-shape",
    contract: "REST §1.2",
    quirk: "a body of the wrong shape is 422 with a list of what is wrong where",
    check: async (bench) =>
      same("POST /units/auth", await bench.call("POST", "/units/auth", { body: { token: "x" } }), {
        status: 422,
        body: { detail: [{ type: "missing", loc: ["body", "topic"], msg: aText, input: present }] },
      }),
  },
  {
    id: "rest/feature-off",
    contract: "REST §9",
    quirk: "what belongs to a feature that is switched off is 405 with code 15",
    check: async (bench) => {
      if (bench.parts.root.feature_flags.pu_ff_grafana_integration_enable) return "Grafana is on";
      const text = /^405: 15: Feature Flag Error: /;
      const answer = await bench.call("GET", "/grafana/get_dashboards");
      same("GET /grafana/get_dashboards", answer, detail(405, text));
      const cookies = await bench.graphql("mutation { setGrafanaCookies { isNone } }");
      same("setGrafanaCookies", cookies, { status: 200, body: { errors: [{ message: text }] } });
      return undefined;
    },
  },
  {
    id: "rest/datetime",
    contract: "REST §1",
    quirk: "times are UTC without an offset",
    check: async (bench) => {
      const { uuid } = bench.unit(0);
      const answer = await bench.call("GET", `/units/${uuid}`);
      same("a Unit", answer, {
        body: { create_datetime: aNaiveDate, last_update_datetime: aNaiveDate },
      });
      const { create_datetime } = answer.body as { create_datetime: string };
      const agoMs = bench.parts.clock.wall() - Date.parse(`${create_datetime}Z`);
      holds(Math.abs(agoMs) < 3_600_000, `created ${Math.round(agoMs / 1000)} s ago, read as UTC`);
    },
  },
  {
    id: "rest/counts",
    contract: "REST §2",
    quirk: "GET /metrics/ counts what there is, from a cache of ten minutes",
    check: async (bench) =>
      same("GET /metrics/", await bench.call("GET", "/metrics/", { token: null }), {
        status: 200,
        body: {
          user_count: aWholeNumber,
          repository_registry_count: aWholeNumber,
          repo_count: aWholeNumber,
          unit_count: aWholeNumber,
          unit_node_count: aWholeNumber,
          unit_node_edge_count: aWholeNumber,
        },
      }),
  },
];
