import { credentialsIn } from "./signing/credentials";

/**
 * Stands in each bundle for `@aws-sdk/credential-provider-node`, the SDK's search for credentials: Lambda
 * gives a function its role's in variables. The other places where the SDK would look (profiles, SSO, web
 * identities, instance metadata) are a quarter of what the document client takes to load.
 */
export const defaultProvider = () => async () => credentialsIn(process.env);

/** The rest of that package's interface: what the variables hold is good for as long as the environment lives. */
export const credentialsWillNeedRefresh = () => false;
export const credentialsTreatedAsExpired = () => false;
