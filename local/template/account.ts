/** Where local AWS pretends to be: an account that cannot exist, in the region every SDK knows. */
export const ACCOUNT_ID = "000000000000";
export const REGION = "us-east-1";

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT_ID}:${resource}`;
}
