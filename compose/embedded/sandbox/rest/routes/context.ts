import type { Instance } from "../../platform/instance.ts";
import type { Gate } from "../gate.ts";

/** What every group of routes needs. */
export interface RouteContext {
  readonly instance: Instance;
  readonly gate: Gate;
}
