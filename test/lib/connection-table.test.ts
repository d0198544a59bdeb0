import { RemovalPolicy } from "aws-cdk-lib";
import { resource, synthesize } from "./synthesize";

const template = synthesize();

it("is one table on demand, keyed by pk and sk, whose items expire", () => {
  expect(resource(template, "AWS::DynamoDB::Table").Properties).toEqual({
    KeySchema: [
      { AttributeName: "pk", KeyType: "HASH" },
      { AttributeName: "sk", KeyType: "RANGE" },
    ],
    AttributeDefinitions: [
      { AttributeName: "pk", AttributeType: "S" },
      { AttributeName: "sk", AttributeType: "S" },
    ],
    BillingMode: "PAY_PER_REQUEST",
    TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
  });
});

it("goes with the stack, unless the props say otherwise", () => {
  expect(resource(template, "AWS::DynamoDB::Table").DeletionPolicy).toBe("Delete");
  const kept = synthesize({ removalPolicy: RemovalPolicy.RETAIN });
  expect(resource(kept, "AWS::DynamoDB::Table").DeletionPolicy).toBe("Retain");
});
