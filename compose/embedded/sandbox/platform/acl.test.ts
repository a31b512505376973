import { describe, expect, test } from "vitest";
import type { Visibility } from "../state/rows.ts";
import { type AclAgent, type AclFacts, mayUseTopic } from "./acl.ts";

const UNIT = { type: "Unit", uuid: "unit-1" } as const;
const BACKEND = { type: "Backend" } as const;
const FACTS: AclFacts = {
  nodeVisibility: (uuid) =>
    new Map<string, Visibility>([
      ["public", "Public"],
      ["internal", "Internal"],
      ["private", "Private"],
      ["shared", "Private"],
    ]).get(uuid),
  hasPermission: (unit, node) => unit === "unit-1" && node === "shared",
};

interface Case {
  readonly agent: AclAgent | undefined;
  readonly topic: string;
  readonly allowed: boolean;
  readonly why: string;
}

describe("the decision of the ACL hook", () => {
  test.each<Case>([
    { agent: UNIT, topic: "d/public/pepeunit", allowed: true, why: "a Public node" },
    { agent: UNIT, topic: "d/public", allowed: true, why: "a node without the suffix" },
    { agent: UNIT, topic: "d/internal/pepeunit", allowed: true, why: "an Internal node" },
    { agent: UNIT, topic: "d/private/pepeunit", allowed: false, why: "a foreign Private node" },
    { agent: UNIT, topic: "d/shared/pepeunit", allowed: true, why: "a Private node by permission" },
    { agent: UNIT, topic: "d/nobody/pepeunit", allowed: false, why: "no such node" },
    { agent: UNIT, topic: "other/public/x", allowed: true, why: "domain and ending unchecked" },
    { agent: UNIT, topic: "d/+/pepeunit", allowed: false, why: "a Unit may not use wildcards" },
    {
      agent: UNIT,
      topic: "d/output_base_topic/unit-1/state/pepeunit",
      allowed: true,
      why: "its own base topic",
    },
    {
      agent: UNIT,
      topic: "d/input_base_topic/unit-1/+/pepeunit",
      allowed: true,
      why: "the name of a base topic is unchecked",
    },
    {
      agent: UNIT,
      topic: "d/input_base_topic/unit-2/update/pepeunit",
      allowed: false,
      why: "another unit's base topic",
    },
    { agent: UNIT, topic: "d/other/unit-1/a/b", allowed: false, why: "no base topic at all" },
    { agent: UNIT, topic: "d", allowed: false, why: "one level" },
    { agent: UNIT, topic: "d/public/x/pepeunit", allowed: false, why: "four levels" },
    { agent: UNIT, topic: "d/a/b/c/d/e", allowed: false, why: "six levels" },
    { agent: UNIT, topic: "#", allowed: false, why: "everything" },
    { agent: BACKEND, topic: "d/+/+/+/pepeunit", allowed: true, why: "the backend's filter" },
    { agent: BACKEND, topic: "d/+/pepeunit", allowed: true, why: "DataPipe's filter" },
    { agent: BACKEND, topic: "d/private/pepeunit", allowed: true, why: "any node" },
    { agent: BACKEND, topic: "d/nobody/pepeunit", allowed: false, why: "no such node" },
    { agent: undefined, topic: "d/public/pepeunit", allowed: false, why: "no valid token" },
  ])("$why: $topic → $allowed", ({ agent, topic, allowed }) => {
    expect(mayUseTopic(agent, topic, FACTS)).toBe(allowed);
  });
});
