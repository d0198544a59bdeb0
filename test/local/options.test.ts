import { readOptions } from "../../local/options";

it("hands settings on as the CDK app's context takes them", () => {
  const args =
    "--ping-interval 0.3 --recovery-window 0 --recovery-overlap 0.5 --listener-timeout 5 --max-rooms-per-socket 7 --max-payload 99";
  expect(readOptions([...args.split(" "), "--order", "per-connection"])).toMatchObject({
    settings: {
      pingInterval: "0.3",
      recoveryWindow: "0",
      recoveryOverlap: "0.5",
      listenerTimeout: "5",
      maxRoomsPerSocket: "7",
      maxPayload: "99",
      order: "per-connection",
    },
  });
});

it("leaves alone what is not given", () => {
  expect(readOptions([])).toMatchObject({ settings: {} });
});

it.each(["--ping-timeout", "--listener-timeout", "--max-rooms-per-socket"])("%s takes a number", (option) => {
  expect(() => readOptions([option, "many"])).toThrow(`${option}: expected a number, got many`);
});
