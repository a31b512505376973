"use client";

import { useState } from "react";
import { THEME_COOKIE, THEMES, type Theme } from "../lib/theme.ts";

const TITLES: Readonly<Record<Theme, string>> = { auto: "Auto", light: "Light", dark: "Dark" };

/**
 * Three buttons of a form: without scripts the form is sent and the page comes back in the new
 * theme; with scripts the page changes where it stands.
 */
export function ThemeToggle({ initial }: { readonly initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  return (
    <form action="/theme" method="post" className="theme" aria-label="Colour theme">
      {THEMES.map((choice) => (
        <button
          key={choice}
          type="submit"
          name="theme"
          value={choice}
          aria-pressed={choice === theme}
          onClick={(event) => {
            event.preventDefault();
            setTheme(choice);
            applyTheme(choice);
          }}
        >
          {TITLES[choice]}
        </button>
      ))}
    </form>
  );
}

function applyTheme(theme: Theme): void {
  document.documentElement.dataset["theme"] = theme;
  document.cookie = `${THEME_COOKIE}=${theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
}
