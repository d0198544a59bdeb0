import { metricLine } from "../../lambdas/aws/refusal-metric";

test("refusals are one line, which CloudWatch makes a metric of, by limit", () => {
  const latest = { connectionId: "c1=", userId: "ada" };
  const line = metricLine({ limit: "messagesPerSecond", refused: 12, latest }, 1_700_000_000_000);
  expect(line).not.toContain("\n");
  const { _aws, ...fields } = JSON.parse(line);
  expect(_aws).toEqual({
    Timestamp: 1_700_000_000_000,
    CloudWatchMetrics: [
      {
        Namespace: "Roomcast",
        Dimensions: [["Limit"]],
        Metrics: [{ Name: "Refused", Unit: "Count" }],
      },
    ],
  });
  expect(fields).toMatchObject({ Limit: "messagesPerSecond", Refused: 12, latest });
});
