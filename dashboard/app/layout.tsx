import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import Link from "next/link";
import type { ReactNode } from "react";
import { ThemeToggle } from "../components/theme-toggle.tsx";
import { THEME_COOKIE, themeFrom } from "../lib/theme.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import "../styles/components.css";
import "../styles/charts.css";

export const metadata: Metadata = {
  title: { default: "Loadstone", template: "%s · Loadstone" },
  description: "Capacity grades of MQTT brokers and Pepeunit instances",
};

export const viewport: Viewport = { colorScheme: "light dark" };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = themeFrom((await cookies()).get(THEME_COOKIE)?.value);
  return (
    <html lang="en" data-theme={theme} suppressHydrationWarning>
      <body>
        <a className="skip" href="#main">
          Skip to content
        </a>
        <header className="top">
          <Link prefetch={false} href="/" className="brand">
            <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
              <path d="M12 2.2 21.3 9 17.8 20H6.2L2.7 9Z" />
              <path d="M12 7 16.4 10.3 14.8 15.6H9.4L7.3 10.6Z" />
            </svg>
            <span>Loadstone</span>
          </Link>
          <nav aria-label="Main">
            <Link prefetch={false} href="/">
              Grade
            </Link>
            <Link prefetch={false} href="/runs">
              Runs
            </Link>
          </nav>
          <ThemeToggle initial={theme} />
        </header>
        {children}
        <footer className="bottom">
          Read-only view of the store. Every number comes from stored trials; open a run for its
          evidence.
        </footer>
      </body>
    </html>
  );
}
