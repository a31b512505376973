import { z } from "zod";
import { StoreTroubleScreen } from "../components/store-trouble.tsx";
import { readHome } from "../lib/read-home.ts";
import { askStore } from "../store.ts";
import { EmptyHome } from "./empty-home.tsx";
import { GradedHome } from "./graded-home.tsx";

const Query = z.object({ target: z.string().optional().catch(undefined) });

interface HomePageProps {
  readonly searchParams: Promise<Record<string, string | string[] | undefined>>;
}

export default async function HomePage({ searchParams }: HomePageProps) {
  const { target } = Query.parse(await searchParams);
  const nowMs = Date.now();
  const asked = await askStore((store) => readHome(store, target, nowMs));
  if (asked.kind === "trouble") return <StoreTroubleScreen trouble={asked.trouble} />;
  const home = asked.value;
  const [newest, previous] = home.grades;
  if (newest === undefined) return <EmptyHome home={home} nowMs={nowMs} />;
  return <GradedHome home={home} newest={newest} previous={previous} nowMs={nowMs} />;
}
