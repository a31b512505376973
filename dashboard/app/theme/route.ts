import { THEME_COOKIE, themeFrom } from "../../lib/theme.ts";

/** Remembers the colour theme for readers without scripts, then goes back where they were. */
export async function POST(request: Request): Promise<Response> {
  const theme = themeFrom((await request.formData()).get("theme"));
  return new Response(null, {
    status: 303,
    headers: {
      Location: pathOf(request.headers.get("referer")),
      "Set-Cookie": `${THEME_COOKIE}=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`,
    },
  });
}

/** Only a path of this site: never a way to send readers elsewhere. */
function pathOf(referer: string | null): string {
  if (referer === null || !URL.canParse(referer)) return "/";
  const { pathname, search } = new URL(referer);
  return pathname.startsWith("//") ? "/" : `${pathname}${search}`;
}
