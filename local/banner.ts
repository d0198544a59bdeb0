import type { DemoConfig } from "./demo-config";

/** What somebody needs to see it work within a minute. */
export function banner({ wsUrl, ioUrl, endpoint, pushFunctionName, tokens }: DemoConfig): string {
  return [
    "",
    "Ready.",
    `  Demo page      ${endpoint}`,
    `  Socket.IO      ${ioUrl}   with { transports: ["websocket"], auth: { token } }`,
    `  WebSocket      ${wsUrl}?token=…`,
    `  AWS endpoint   ${endpoint}   (SDKs: endpoint, AWS CLI: --endpoint-url)`,
    "",
    ...(tokens === undefined
      ? ["Tokens come from the identity provider of the JWKS URL."]
      : [
          "Tokens, good for 12 hours",
          `  alice  ${tokens.alice}`,
          `  bob    ${tokens.bob}`,
          `  admin  ${tokens.admin}`,
        ]),
    "",
    ...(pushFunctionName === undefined ? [] : push(endpoint, pushFunctionName)),
    "Ctrl-C stops it.",
    "",
  ].join("\n");
}

function push(endpoint: string, functionName: string): readonly string[] {
  return [
    "Push to a user, in another terminal",
    `  npm run push -- ${isDefault(endpoint) ? "" : `--endpoint ${endpoint} `}--user alice --event notification --data '{"text":"hi"}'`,
    `  aws lambda invoke --endpoint-url ${endpoint} --region us-east-1 --function-name ${functionName} \\`,
    "    --cli-binary-format raw-in-base64-out \\",
    `    --payload '{"users":["alice"],"event":"notification","data":{"text":"hi"}}' /dev/stdout`,
    "",
  ];
}

/** Where `npm run push` looks when it is told nothing. */
function isDefault(endpoint: string): boolean {
  return new URL(endpoint).port === "3000";
}
