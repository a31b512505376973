import { describe, expect, test } from "vitest";
import { isName, isPassword, isRepositoryUrl } from "./names.ts";

describe("a name", () => {
  test.each(["unit", "a.b-c_D9", "x".repeat(20)])("may be %s", (name) => {
    expect(isName(name)).toBe(true);
  });
  test.each(["abc", "x".repeat(21), "with space", "ünit", "line\n", ""])(
    "may not be %j",
    (name) => {
      expect(isName(name)).toBe(false);
    },
  );
});

describe("a password", () => {
  test.each(["longpass", "~!@#$%^&*()", "x".repeat(100)])("may be %s", (password) => {
    expect(isPassword(password)).toBe(true);
  });
  test.each(["short77", "x".repeat(101), "has a space", "пароль-пароль"])(
    "may not be %j",
    (password) => {
      expect(isPassword(password)).toBe(false);
    },
  );
});

describe("a repository URL", () => {
  test.each(["https://git.test/a/b.git", "http://127.0.0.1:3000/x.git"])("may be %s", (url) => {
    expect(isRepositoryUrl(url)).toBe(true);
  });
  test.each(["https://git.test/a/b", "git@host:a.git", "https://.git", "ftp://h/a.git"])(
    "may not be %s",
    (url) => {
      expect(isRepositoryUrl(url)).toBe(false);
    },
  );
});
