import { compileTemplate } from "../../local/gateway/mapping-template";

const context = { connectionId: "L0SM9cOFvHcCIhw=", requestTimeEpoch: 1_700_000_000_123 };

it.each([
  ["plain text", "plain text"],
  ["at=$context.requestTimeEpoch%2C", "at=1700000000123%2C"],
  ["group=$util.urlEncode($context.connectionId)&", "group=L0SM9cOFvHcCIhw%3D&"],
  ["$input.body", "é+/"],
  ["$util.base64Encode($input.body)", "w6krLw=="],
  ["$util.urlEncode($util.base64Encode($input.body))", "w6krLw%3D%3D"],
  ["[$context.nothing]", "[]"],
])("%s is %s", (template, result) => {
  expect(compileTemplate(template)({ body: "é+/", context })).toBe(result);
});

it.each([
  "$input.path('$.a')",
  "#set($a = 1)",
  "$util.parseJson($input.body)",
  "$util.urlEncode($input.body",
])("refuses %s", (template) => {
  expect(() => compileTemplate(template)).toThrow("is not supported locally");
});
