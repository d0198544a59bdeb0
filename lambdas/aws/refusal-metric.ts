import type { RefusalReport } from "../core/limits/refusals";

/**
 * One line in CloudWatch's embedded metric format: it becomes the metric `Refused` of the namespace `Roomcast`, by
 * limit, and can be found in the log. Past `console`, whose lines Lambda begins with a time and a request id.
 */
export function writeRefusals(report: RefusalReport): void {
  process.stdout.write(`${metricLine(report, Date.now())}\n`);
}

export function metricLine({ limit, refused, latest }: RefusalReport, at: number): string {
  const metrics = [{ Name: "Refused", Unit: "Count" }];
  return JSON.stringify({
    _aws: {
      Timestamp: at,
      CloudWatchMetrics: [{ Namespace: "Roomcast", Dimensions: [["Limit"]], Metrics: metrics }],
    },
    message: "refused to clients what is over a limit",
    Limit: limit,
    Refused: refused,
    latest,
  });
}
