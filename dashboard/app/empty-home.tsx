import { LiveBanner } from "../components/live-banner.tsx";
import { RunsStrip } from "../components/runs-strip.tsx";
import { Section } from "../components/section.tsx";
import type { Home } from "../lib/read-home.ts";

/** Home before anything was graded: how to start. */
export function EmptyHome({ home, nowMs }: { readonly home: Home; readonly nowMs: number }) {
  return (
    <main id="main" className="page page-narrow">
      {home.running === undefined ? null : <LiveBanner run={home.running} nowMs={nowMs} />}
      <h1>No grade yet</h1>
      <p className="lead">
        Loadstone finds how much an MQTT broker or a Pepeunit instance can take, and how sure that
        is. Start a run; this page shows the grade when it is done.
      </p>
      <dl className="commands">
        <div>
          <dt>
            <code>npm start</code>
          </dt>
          <dd>Stand up what is missing, grade the sandbox instance, serve this dashboard.</dd>
        </div>
        <div>
          <dt>
            <code>npm run -s loadstone -- grade --instance http://192.168.1.5</code>
          </dt>
          <dd>Grade an instance of yours on Relay and API.</dd>
        </div>
        <div>
          <dt>
            <code>npm run -s loadstone -- grade --broker mqtt://127.0.0.1:1883</code>
          </dt>
          <dd>Grade a bare broker on Link and Relay.</dd>
        </div>
      </dl>
      {home.runs.length === 0 ? null : (
        <Section id="runs" title="Runs so far">
          <RunsStrip runs={home.runs} grades={[]} nowMs={nowMs} />
        </Section>
      )}
    </main>
  );
}
