import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { only } from "./agents.ts";

export interface BaseMetrics {
  readonly user_count: number;
  readonly repository_registry_count: number;
  readonly repo_count: number;
  readonly unit_count: number;
  readonly unit_node_count: number;
  readonly unit_node_edge_count: number;
}

/** The instance's counts, looked up every ten minutes; REST and GraphQL share what is remembered. */
export interface MetricsCache {
  /** Whether reading costs nothing now. */
  isFresh(): boolean;
  read(agent: Agent): BaseMetrics;
}

const CACHE_MS = 600_000;

export function createMetricsCache({ db, clock }: Instance): MetricsCache {
  const count = (): BaseMetrics => ({
    user_count: db.users.size,
    repository_registry_count: db.registries.size,
    repo_count: db.repos.size,
    unit_count: db.units.size,
    unit_node_count: db.nodes.size,
    unit_node_edge_count: db.edges.size,
  });
  let cached: { readonly untilMs: number; readonly counts: BaseMetrics } | undefined;
  const fresh = () => (cached && cached.untilMs > clock.nowMs() ? cached : undefined);
  return {
    isFresh: () => fresh() !== undefined,
    read(agent) {
      only(agent, "Bot", "User", "Unit");
      cached = fresh() ?? { untilMs: clock.nowMs() + CACHE_MS, counts: count() };
      return cached.counts;
    },
  };
}
