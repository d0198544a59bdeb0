import { join } from "node:path";
import { acks } from "./acks";
import { bothProtocols } from "./both-protocols";
import { engineIo } from "./engine-io";
import { plainJson } from "./plain-json";
import { plainJsonTokens } from "./plain-json-tokens";
import { socketIo } from "./socket-io";
import { socketIoBinary } from "./socket-io-binary";
import { WireService } from "./wire";

let service: WireService;

beforeAll(async () => {
  service = await WireService.start(join(__dirname, "..", "fixtures", "rules-app.ts"));
});

afterAll(() => service?.stop());

const running = () => service;
describe("both protocols", () => bothProtocols(running));
describe("Engine.IO", () => engineIo(running));
describe("Socket.IO", () => socketIo(running));
describe("Socket.IO with Buffers", () => socketIoBinary(running));
describe("acks of clients", () => acks(running));
describe("plain JSON", () => plainJson(running));
describe("plain JSON with tokens", () => plainJsonTokens(running));

test("no function has failed over all this", () => {
  expect(service.failures()).toEqual([]);
});
