import type { ArrivalKind } from "./arrivals.ts";
import type { SizeKind } from "./sizes.ts";

/** What the cost model needs of a profile. Times in milliseconds. */

export type TopicArrivals =
  | ArrivalKind
  | { readonly kind: "follows"; readonly topic: string; readonly chance: number };

export interface PipeRule {
  readonly maxRate: number;
  readonly maxBytes: number;
  readonly unique: boolean;
}

export interface DeclaredTopic {
  readonly role: "output" | "input" | "state" | "log";
  readonly name: string;
  readonly when?: TopicArrivals | undefined;
  readonly bytes?: SizeKind | undefined;
  readonly qos: 0 | 1 | 2;
  readonly perConnect: number;
  readonly dayShape?: readonly number[] | undefined;
  readonly changeRatio?: number | undefined;
  readonly fanOut?: number | undefined;
  readonly links?: number | undefined;
  readonly stored?: "default" | "never" | PipeRule | undefined;
}

export interface DeclaredUnit {
  readonly session: {
    readonly keepAlive: number;
    readonly connectedRatio: number;
    readonly reconnect?: { readonly every: number } | undefined;
  };
  readonly commands: readonly { readonly every?: number | undefined; readonly calls: number }[];
  readonly topics: readonly DeclaredTopic[];
  readonly api: readonly { readonly every: number }[];
}
