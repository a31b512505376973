import type { Random } from "../load/random.ts";
import type { HttpRequest } from "../transport/http/request.ts";

/** What the requests ask about. */
export interface ApiObjects {
  /** Token of the user who made the Units. */
  readonly token: string;
  readonly units: readonly {
    readonly uuid: string;
    readonly name: string;
    readonly token: string;
    readonly outputTopic: string;
  }[];
}

/** Headers the requests of a run share, so that each is written out once. */
export interface ApiHeaders {
  /** Signed in. */
  readonly user: HttpRequest["headers"];
  /** Signed in, with a body of JSON. */
  readonly userJson: HttpRequest["headers"];
  /** A body of JSON from nobody. */
  readonly json: HttpRequest["headers"];
}

/** One kind of request. */
export interface ApiKind {
  readonly id: string;
  /** Share of the requests of its mix; the shares of a mix add up to 1. */
  readonly share: number;
  build(objects: ApiObjects, random: Random, headers: ApiHeaders): HttpRequest;
}

export function apiHeaders(token: string): ApiHeaders {
  const json = { "content-type": "application/json" };
  const user = { "x-auth-token": token };
  return { user, json, userJson: { ...user, ...json } };
}
