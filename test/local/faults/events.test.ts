import { deliver } from "../../../local/faults/events";
import { Faults } from "../../../local/faults/faults";

it("delivers once where nothing strikes, at once", () => {
  const once = jest.fn();
  deliver(new Faults({ "lambda.twice": { probability: 1, function: "open" } }), "disconnect", once);
  expect(once).toHaveBeenCalledTimes(1);
});

it("delivers twice", () => {
  const once = jest.fn();
  deliver(new Faults({ "lambda.twice": { probability: 1, function: "open" } }), "open", once);
  expect(once).toHaveBeenCalledTimes(2);
});

it("delivers late", () => {
  jest.useFakeTimers();
  const once = jest.fn();
  deliver(new Faults({ "lambda.late": { probability: 1, ms: 300 } }), "open", once);
  jest.advanceTimersByTime(299);
  expect(once).not.toHaveBeenCalled();
  jest.advanceTimersByTime(1);
  expect(once).toHaveBeenCalledTimes(1);
  jest.useRealTimers();
});
