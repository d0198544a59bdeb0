import { isReservedEvent, RESERVED_EVENTS } from "../../lambdas/protocol/reserved-events";

test.each(RESERVED_EVENTS)("%s is reserved", (name) => {
  expect(isReservedEvent(name)).toBe(true);
});

test.each(["message", "Connection", "connect ", "", "__proto__", "constructor", "toString"])(
  "%j is an ordinary name",
  (name) => {
    expect(isReservedEvent(name)).toBe(false);
  },
);
