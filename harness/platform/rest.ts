import type { Dispatcher } from "undici";
import { z } from "zod";
import { LoadstoneError } from "../errors.ts";
import { type Clock, systemClock } from "../load/clock.ts";
import { Counts, Decision, Root, Token, User } from "./answers.ts";
import { type GraphqlClient, openGraphql } from "./graphql.ts";
import { type Http, openAgent, openHttp, type PinnedAddress } from "./http.ts";
import { Refusal } from "./refusal.ts";
import { openSession, type PlatformSession } from "./session.ts";
import { unitUserPassword } from "./unit-users.ts";

const API = "/pepeunit/api/v1";

export interface PlatformOptions {
  /** Origin of the instance, e.g. `http://192.168.1.5`. */
  readonly url: string;
  /** Where to connect whatever the name says later; from the target gate. */
  readonly address?: PinnedAddress;
  /** Takes the place of the agent, and of `address`. */
  readonly dispatcher?: Dispatcher;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Told when the instance limits our requests. */
  readonly log?: (line: string) => void;
}

/** What an instance tells and does without a login. */
export interface PlatformClient {
  /** The origin calls go to. */
  readonly url: string;
  root(): Promise<Root>;
  counts(): Promise<Counts>;
  /** Asks what the broker asks: may the holder of this token use the topic? */
  unitsAuth(token: string, topic: string): Promise<"allow" | "deny">;
  login(login: string, password: string): Promise<PlatformSession>;
  /** GraphQL as the holder of a token, or anonymous. */
  graphql(token?: string): GraphqlClient;
  close(): Promise<void>;
}

/** A client for the REST of one instance; nothing is sent before the first call. */
export function openPlatform(options: PlatformOptions): PlatformClient {
  const { origin } = new URL(options.url);
  const dispatcher = options.dispatcher ?? openAgent(options.address);
  const http = openHttp(origin, dispatcher, options.clock ?? systemClock, options.log);
  const { signal } = options;
  const login = async (name: string, password: string): Promise<PlatformSession> => {
    const token = await askToken(http, { credentials: name, password }, signal);
    const passwordOf = (user: string) => unitUserPassword(password, user);
    const unitUsers = {
      create: (user: string) =>
        // Only who is nobody yet may register.
        http.call({
          method: "POST",
          path: `${API}/users`,
          answer: User,
          body: { login: user, password: passwordOf(user) },
          signal,
        }),
      signIn: (user: string) => login(user, passwordOf(user)),
    };
    return openSession({ http, api: API, token, userUuid: userOf(token), signal, unitUsers });
  };
  return {
    url: origin,
    root: () => http.call({ method: "GET", path: "/pepeunit", answer: Root, signal }),
    counts: () => http.call({ method: "GET", path: `${API}/metrics/`, answer: Counts, signal }),
    unitsAuth: async (token, topic) => {
      const path = `${API}/units/auth`;
      const body = { token, topic };
      return (await http.call({ method: "POST", path, answer: Decision, body, signal })).result;
    },
    login,
    graphql: (token) => openGraphql({ http, token, signal }),
    close: () => http.close(),
  };
}

async function askToken(http: Http, body: unknown, signal: AbortSignal | undefined) {
  const path = `${API}/users/auth`;
  try {
    return (await http.call({ method: "POST", path, answer: Token, body, signal })).token;
  } catch (error) {
    // A wrong password is answered 403, an unknown login 422.
    if (!(error instanceof Refusal) || (error.status !== 403 && error.status !== 422)) throw error;
    throw new LoadstoneError("LOGIN_REFUSED", `${http.origin} refused the login: ${error.detail}`, {
      hint: "Check LOADSTONE_LOGIN and LOADSTONE_PASSWORD.",
    });
  }
}

const Claims = z.object({ uuid: z.guid() });

function userOf(token: string): string {
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  const parsed = z.preprocess(tryJson, Claims).safeParse(claims);
  if (parsed.success) return parsed.data.uuid;
  throw new LoadstoneError("TARGET_ANSWER_INVALID", "POST users/auth: token: carries no user uuid");
}

function tryJson(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch {
    return undefined;
  }
}
