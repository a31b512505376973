import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { cannotListen, freePort, urlOf } from "./dashboard.ts";

test("a port that is taken is named, with what to do", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await expect(freePort({ host: "127.0.0.1", port })).rejects.toMatchObject({
    code: "PORT_TAKEN",
    message: `port ${port} on 127.0.0.1 is taken`,
    hint: expect.stringContaining("--port"),
  });
  server.close();
});

test("0 gives a free port", async () => {
  expect(await freePort({ host: "127.0.0.1", port: 0 })).toBeGreaterThan(0);
});

test("an address of another machine is told from a port that is taken", async () => {
  // TEST-NET-1 (RFC 5737): no machine has it.
  await expect(freePort({ host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "CONFIG_INVALID",
    message: "this machine has no address 192.0.2.1",
  });
});

test.each([
  ["EACCES", "this user may not listen on port 80", "1023"],
  ["ENOTFOUND", "the host name here has no address", "--host"],
  ["EMFILE", "cannot listen on http://here:80: too bad", "--port"],
])("%s has its own text", (code, message, hint) => {
  const cause = Object.assign(new Error("too bad"), { code });
  expect(cannotListen({ host: "here", port: 80 }, cause)).toMatchObject({
    code: "CONFIG_INVALID",
    message,
    hint: expect.stringContaining(hint),
  });
});

test("an IPv6 host is bracketed in a URL", () => {
  expect(urlOf("::1", 3000)).toBe("http://[::1]:3000");
  expect(urlOf("127.0.0.1", 3000)).toBe("http://127.0.0.1:3000");
});
