import { randomUUID } from "node:crypto";
import { z } from "zod";
import { naiveIso } from "../clock.ts";
import type { Agent } from "../platform/agent.ts";
import type { Instance } from "../platform/instance.ts";
import { signToken } from "../platform/jwt.ts";
import { isName, isPassword } from "../platform/names.ts";
import { hashPassword, isRightPassword } from "../platform/password.ts";
import { existing, Refusal } from "../platform/refusal.ts";
import { allows, listQuery, matchesSearch, type Page, pageOf, sorted } from "./listing.ts";
import { queryList } from "./validation.ts";
import type { UserRow } from "../state/rows.ts";
import { only, onlyUser } from "./agents.ts";

const TOKEN_LIFE_S = 2_678_400;

export const CreateUser = z.object({ login: z.string(), password: z.string() });
export const PatchUser = z.object({ login: z.string().nullish(), password: z.string().nullish() });
export const Credentials = z.object({ credentials: z.string(), password: z.string() });
export const ListUsers = z.object({
  ...listQuery,
  uuids: queryList(z.guid()).optional(),
  role: queryList(z.enum(["User", "Admin"])).optional(),
  status: queryList(z.enum(["Unverified", "Verified", "Blocked"])).optional(),
});

/** Registers a user; the first one of an instance is its administrator. */
export async function createUser(
  { db, clock }: Instance,
  { login, password }: z.infer<typeof CreateUser>,
): Promise<UserRow> {
  const requireFree = () => {
    if (db.usersByLogin(login).length > 0) throw new Refusal("user", "Login is not unique");
  };
  if (!isName(login)) throw new Refusal("user", "Login is not correct");
  requireFree();
  if (!isPassword(password)) throw new Refusal("user", "Password is not correct");
  const secret = await hashPassword(password);
  requireFree(); // someone may have taken it while the hash was computed
  const user: UserRow = {
    uuid: randomUUID(),
    role: db.users.size === 0 ? "Admin" : "User",
    status: "Unverified",
    login,
    grafana_org_name: randomUUID(),
    grafana_org_id: null,
    create_datetime: naiveIso(clock.wallMs()),
  };
  db.commit(
    { table: "users", put: user },
    { table: "passwords", put: { uuid: user.uuid, ...secret } },
  );
  return user;
}

/** Changes the caller, whoever the request names. */
export async function patchUser(
  { db }: Instance,
  agent: Agent,
  { login, password }: z.infer<typeof PatchUser>,
): Promise<UserRow> {
  const user = onlyUser(agent);
  if (typeof login === "string" && login !== user.login) {
    if (!isName(login)) throw new Refusal("user", "Login is not correct");
    if (db.usersByLogin(login).length > 0) throw new Refusal("user", "Login is not unique");
  }
  if (typeof password === "string" && !isPassword(password)) {
    throw new Refusal("user", "Password is not correct");
  }
  const secret = typeof password === "string" ? await hashPassword(password) : undefined;
  const put = { ...user, login: login ?? user.login };
  db.commit({ table: "users", put });
  if (secret !== undefined) db.commit({ table: "passwords", put: { uuid: user.uuid, ...secret } });
  return put;
}

/** Blocks a user, or lets one in again. */
export function setBlocked({ db }: Instance, agent: Agent, uuid: string, isBlocked: boolean): void {
  if (onlyUser(agent).role !== "Admin") throw new Refusal("access", "Only for administrators");
  const status = isBlocked ? "Blocked" : "Unverified";
  db.commit({ table: "users", put: { ...existing(db.users.get(uuid)), status } });
}

/** Gives a token for a login and its password. */
export async function signIn(
  { db, clock, secretKey }: Instance,
  agent: Agent,
  { credentials, password }: z.infer<typeof Credentials>,
): Promise<string> {
  only(agent, "Bot");
  const user = existing(db.usersByLogin(credentials)[0]);
  if (!(await isRightPassword(password, existing(db.passwords.get(user.uuid))))) {
    throw new Refusal("access", "Password hash mismatched");
  }
  const exp = Math.floor(clock.wallMs() / 1000) + TOKEN_LIFE_S;
  return signToken({ uuid: user.uuid, type: "User", exp }, secretKey);
}

export function getUser({ db }: Instance, agent: Agent, uuid: string): UserRow {
  onlyUser(agent);
  return existing(db.users.get(uuid));
}

export function listUsers(
  { db }: Instance,
  agent: Agent,
  query: z.infer<typeof ListUsers>,
): Page<UserRow> {
  onlyUser(agent);
  const found = [...db.users.all()].filter(
    (user) =>
      allows(query.uuids, user.uuid) &&
      allows(query.role, user.role) &&
      allows(query.status, user.status) &&
      matchesSearch(query.search_string, user.login),
  );
  const order = query.order_by_create_date;
  return pageOf(sorted(found, { order, by: (user) => user.create_datetime }), query);
}
