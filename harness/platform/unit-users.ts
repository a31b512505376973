import { createHash, createHmac } from "node:crypto";
import { LoadstoneError } from "../errors.ts";
import type { Clock } from "../load/clock.ts";
import type { User } from "./answers.ts";
import { makeOnce } from "./make-once.ts";
import type { Manifest } from "./manifest.ts";
import type { PlatformSession } from "./session.ts";

/**
 * Users that own a run's Units in place of the one who signs in. An authenticated list loads every
 * permission of who asks, three a Unit and more: a thousand Units of one owner make its requests
 * slow, which no household is. The platform deletes no user, so that they are the same for every
 * run of a login, and blocked while they own nothing.
 */

export interface UnitUsersOptions {
  readonly session: PlatformSession;
  readonly manifest: Manifest;
  /** How many; 0 leaves all Units to who signed in. */
  readonly count: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly log: (line: string) => void;
}

/** Logins of at most 20 characters, the same for every run of the user. */
export function unitUserNames(userUuid: string, count: number): string[] {
  const digest = createHash("sha256").update(`users of ${userUuid}`).digest().readBigUInt64BE();
  const prefix = `ls-${digest.toString(36).padStart(8, "0").slice(-8)}-w`;
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`);
}

/** Follows from the password of who signed in, so that it is stored nowhere. */
export const unitUserPassword = (password: string, login: string): string =>
  createHmac("sha256", password).update(`loadstone ${login}`).digest("base64url");

/** Signs in as each of the users, who are made where they are missing; none but for an Admin. */
export async function openUnitUsers(options: UnitUsersOptions): Promise<PlatformSession[]> {
  const { session, manifest, count, log } = options;
  const earlier = manifest.outstanding().flatMap(({ kind, name }) => (kind === "user" ? name : []));
  const names = new Set([...unitUserNames(session.userUuid, count), ...earlier]);
  if (names.size === 0) return [];
  const me = await session.me();
  if (me.role !== "Admin") {
    log(`${me.login} is no Admin of the instance: all Units will be its own`);
    return [];
  }
  const sessions: PlatformSession[] = [];
  // One after another: a password costs the instance a hundred thousand rounds of hashing.
  for (const name of names) sessions.push(await openUnitUser(options, name));
  return sessions;
}

async function openUnitUser(options: UnitUsersOptions, name: string): Promise<PlatformSession> {
  const { session, manifest, clock, signal } = options;
  await manifest.intend("user", name);
  const found = await session.users.named(name);
  const user =
    found ??
    (await makeOnce({
      make: () => session.users.create(name),
      find: () => session.users.named(name),
      clock,
      signal,
    }));
  await manifest.made("user", name, user.uuid);
  return signInAs(session, user);
}

async function signInAs(session: PlatformSession, user: User): Promise<PlatformSession> {
  if (user.status === "Blocked") await session.users.unblock(user.uuid);
  try {
    return await session.users.signIn(user.login);
  } catch (error) {
    if (!(error instanceof LoadstoneError) || error.code !== "LOGIN_REFUSED") throw error;
    throw new LoadstoneError(
      "LOGIN_REFUSED",
      `${session.url} refused ${user.login}, who owns Units of a run`,
      { hint: "Its password follows from LOADSTONE_PASSWORD as it was when the user was made." },
    );
  }
}

/** The sessions of who owns the Units of a manifest, by user; of those who can still sign in. */
export async function ownersOf(
  session: PlatformSession,
  manifest: Manifest,
  log: (line: string) => void,
): Promise<ReadonlyMap<string, PlatformSession>> {
  const owners = new Map<string, PlatformSession>();
  for (const user of await unitUsersOf(session, manifest)) {
    try {
      owners.set(user.uuid, await signInAs(session, user));
    } catch (error) {
      if (!(error instanceof LoadstoneError) || error.code !== "LOGIN_REFUSED") throw error;
      log(`${error.message}: ${error.hint ?? ""}`);
    }
  }
  return owners;
}

/** The users of a manifest that are on the instance. */
export async function unitUsersOf(session: PlatformSession, manifest: Manifest): Promise<User[]> {
  const users: User[] = [];
  for (const { kind, name } of manifest.outstanding()) {
    const user = kind === "user" ? await session.users.named(name) : undefined;
    if (user !== undefined) users.push(user);
  }
  return users;
}

/** Blocks a user who owns nothing any more: as near to deleting as the platform comes. */
export async function retireUnitUser(
  session: PlatformSession,
  manifest: Manifest,
  uuid: string,
): Promise<"kept"> {
  if (manifest.outstanding().some(({ kind }) => kind === "unit")) {
    throw new LoadstoneError("CLEANUP_INCOMPLETE", "it still owns Units of the run");
  }
  // Units of another run may be its too: that run blocks it in the end.
  const { count } = await session.units.list({ creator_uuid: uuid, limit: 1 });
  if (count === 0) await session.users.block(uuid);
  return "kept";
}
