import { LoadstoneError } from "../errors.ts";
import type { PlatformClient } from "./rest.ts";
import type { PlatformSession } from "./session.ts";

/** Signs in with LOADSTONE_LOGIN and LOADSTONE_PASSWORD. */
export async function signIn(
  client: PlatformClient,
  env: Readonly<Record<string, string | undefined>>,
): Promise<PlatformSession> {
  const { LOADSTONE_LOGIN: login, LOADSTONE_PASSWORD: password } = env;
  if (login === undefined || login === "" || password === undefined || password === "") {
    throw new LoadstoneError("CREDENTIALS_MISSING", `${client.url} needs a login.`, {
      hint: "Set LOADSTONE_LOGIN and LOADSTONE_PASSWORD in the environment.",
    });
  }
  return client.login(login, password);
}
