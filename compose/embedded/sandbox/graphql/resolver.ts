import type { GraphQLResolveInfo } from "graphql";
import type { MetricsCache } from "../operations/base-metrics.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";

/** What one request brings along. */
export interface RequestContext {
  readonly instance: Instance;
  readonly baseMetrics: MetricsCache;
  /** Throws for a token that is none, so that the refusal names the field. */
  readonly agent: () => Agent;
}

/** Arguments as REST would give them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Answers one field of Query or Mutation with rows as REST shows them. */
export type Resolver = (
  context: RequestContext,
  args: Arguments,
  info: GraphQLResolveInfo,
) => unknown;
export type Resolvers = Readonly<Record<string, Resolver>>;
