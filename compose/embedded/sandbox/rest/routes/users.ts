import { randomUUID } from "node:crypto";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { naiveIso } from "../../clock.ts";
import type { Instance } from "../../platform/instance.ts";
import { signToken } from "../../platform/jwt.ts";
import { isName, isPassword } from "../../platform/names.ts";
import { hashPassword, isRightPassword } from "../../platform/password.ts";
import { existing, Refusal } from "../../platform/refusal.ts";
import type { UserRow } from "../../state/rows.ts";
import { allows, listQuery, matchesSearch, page, sorted } from "../listing.ts";
import { parse, pathUuid, queryList } from "../validation.ts";
import type { RouteContext } from "./context.ts";

const TOKEN_LIFE_S = 2_678_400;

const CreateUser = z.object({ login: z.string(), password: z.string() });
const Credentials = z.object({ credentials: z.string(), password: z.string() });
const ListUsers = z.object({
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

export function userRoutes(app: FastifyInstance, path: string, context: RouteContext): void {
  const { instance, gate } = context;
  const { db, clock, secretKey } = instance;

  app.post(path, async (request, reply) => {
    gate.only(request, "Bot");
    reply.code(201);
    return createUser(instance, parse("body", CreateUser, request.body));
  });

  app.post(`${path}/auth`, async (request) => {
    gate.only(request, "Bot");
    const { credentials, password } = parse("body", Credentials, request.body);
    const user = existing(db.usersByLogin(credentials)[0]);
    if (!(await isRightPassword(password, existing(db.passwords.get(user.uuid))))) {
      throw new Refusal("access", "Password hash mismatched");
    }
    const exp = Math.floor(clock.wallMs() / 1000) + TOKEN_LIFE_S;
    return { token: signToken({ uuid: user.uuid, type: "User", exp }, secretKey) };
  });

  app.get(`${path}/:uuid`, (request) => {
    gate.user(request);
    return existing(db.users.get(pathUuid(request.params)));
  });

  app.get(path, (request) => {
    gate.user(request);
    const query = parse("query", ListUsers, request.query);
    const found = [...db.users.all()].filter(
      (user) =>
        allows(query.uuids, user.uuid) &&
        allows(query.role, user.role) &&
        allows(query.status, user.status) &&
        matchesSearch(query.search_string, user.login),
    );
    const rows = sorted(found, {
      order: query.order_by_create_date,
      by: (user) => user.create_datetime,
    });
    return { count: rows.length, users: page(rows, query) };
  });
}
