// The SDK's own switch for its notice about Node 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
// CloudFormation's rules cost two seconds a synthesis: roomcast-stack.test.ts holds the template to them.
process.env.CDK_VALIDATION = "false";
