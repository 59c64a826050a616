import type { Check, Examination, Finding } from "./finding";

/** Labels of a series that is there now, and its value. */
interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What one Prometheus answers; the first node's answer is taken, since they all scrape the same. */
function answerOf({ nodes }: Examination, question: string): readonly Sample[] | undefined {
  for (const { inspection } of nodes) {
    const text = inspection.facts.find(([kind, name]) => kind === "prometheus" && name === question)?.[2];
    const samples = text === undefined ? undefined : samplesIn(text);
    if (samples !== undefined) return samples;
  }
  return undefined;
}

/** @see https://prometheus.io/docs/prometheus/latest/querying/api/#instant-vectors */
function samplesIn(json: string): Sample[] | undefined {
  try {
    const vector = JSON.parse(json) as { metric: Record<string, string>; value: [number, string] }[];
    return vector.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  } catch {
    return undefined;
  }
}

/** What Prometheus cannot scrape; and whether there is a Prometheus at all. */
export const targets: Check = (examination) => {
  const hosts = examination.placement.hosts.prometheus ?? [];
  const reachable = examination.nodes.some(({ name }) => hosts.includes(name));
  const answer = answerOf(examination, "targets");
  if (answer === undefined) {
    if (!reachable) return [];
    const fix = `npx minicluster ssh ${hosts[0]} journalctl -u prometheus -n 50`;
    return [{ check: "target", found: `no Prometheus answers (${hosts.join(", ")})`, fix }];
  }
  return answer
    .filter(({ value }) => value === 0)
    .map(({ labels }) => ({
      check: "target",
      node: labels.host ?? "",
      found: `Prometheus cannot scrape ${labels.service} at ${labels.instance}`,
      fix: "is it up, and does its certificate have that name? npx minicluster open prometheus, Status, Targets says what it got",
    }));
};

/** Alerts that fire now, but for those of `targets`. */
export const alerts: Check = (examination) =>
  (answerOf(examination, "alerts") ?? [])
    .filter(({ labels }) => labels.alertname !== "InstanceDown")
    .map(({ labels }): Finding => {
      const { alertname, alertstate: _, severity = "", host, __name__: _name, instance: _instance, job: _job, ...more } = labels;
      const details = Object.entries(more).map(([name, value]) => `${name} ${value}`);
      return {
        check: "alert",
        ...(host === undefined ? {} : { node: host }),
        found: `${alertname} (${[severity, ...details].filter(Boolean).join(", ")})`,
        fix: "npx minicluster open alertmanager says what to do; docs/metrics.md lists the alerts",
      };
    });
