import { remains } from "../../soak/leaks";

const CLEAN = { items: {}, contradictions: [], inFlight: [], leftovers: {}, expired: {} };

it("takes what has a time of its own for no leak, and what has expired", () => {
  const items = { log: 5, session: 2, membership: 1 };
  expect(remains({ ...CLEAN, items, expired: { membership: 1 } })).toEqual([]);
});

it("has a line for each item of a connection that is gone, and for each contradiction", () => {
  const finding = {
    what: "socket-missing",
    key: { pk: "a", sk: "b" },
    says: "so",
    mayBeInFlight: true,
  } as const;
  const report = { ...CLEAN, items: { membership: 2 }, inFlight: [finding] };
  expect(remains(report)).toEqual([
    "socket-missing: a b: so",
    "a membership is left",
    "a membership is left",
  ]);
});
