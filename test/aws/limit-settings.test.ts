import { ENV } from "../../lambdas/aws/env";
import { limitSettings } from "../../lambdas/aws/limit-settings";

test("limits are those that the construct has on", () => {
  expect(limitSettings({ [ENV.limits]: '{"messagesPerSecond":100}' })).toEqual({ messagesPerSecond: 100 });
  expect(limitSettings({})).toEqual({});
});

test.each(['["100"]', '{"messagesPerSecond":"100"}', "null", "7"])(
  "%s is refused by the variable's name",
  (text) => {
    expect(() => limitSettings({ [ENV.limits]: text })).toThrow(
      "environment variable ROOMCAST_LIMITS: expected a JSON object of numbers",
    );
  },
);
