import { disconnectEvent, EVENT_VERSION, openEvent, parseEvent } from "../../lambdas/core/internal-events";

const EVENT = {
  version: EVENT_VERSION,
  connections: [{ connectionId: "c1=" }],
  reason: "transport close",
  cut: true,
};

describe("an event between our Lambdas", () => {
  test("is read as what it is", () => {
    expect(parseEvent(disconnectEvent, EVENT)).toEqual(EVENT);
  });

  test("of another version is refused by an error that holds nothing of it", () => {
    const event = { ...EVENT, version: 99, identity: { claims: { email: "ada@example.com" } } };
    const refused = () => parseEvent(openEvent, event);
    expect(refused).toThrow(new Error("event: version: expected 1"));
    try {
      refused();
    } catch (error) {
      // Lambda logs what an error has, besides its message.
      expect(Object.keys(error as object)).toEqual([]);
    }
  });
});
