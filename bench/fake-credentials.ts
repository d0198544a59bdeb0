/** Nobody's. The session token is as long as a Lambda's: it travels, and is signed, with each post. */
export const FAKE_CREDENTIALS = {
  AWS_REGION: "us-east-1",
  AWS_ACCESS_KEY_ID: "ASIAIOSFODNN7EXAMPLE",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  AWS_SESSION_TOKEN: `IQoJb3JpZ2luX2VjE${"Q29tZS9hcy95b3UvYXJl".repeat(40)}`,
};
