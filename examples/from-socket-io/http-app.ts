/** The part of Express that the routes use; with `@types/express` it is `Express`. */
export interface HttpApp {
  patch(path: string, handler: Handler): unknown;
  post(path: string, handler: Handler): unknown;
  delete(path: string, handler: Handler): unknown;
}

export type Handler = (request: HttpRequest, response: HttpResponse) => Promise<void>;

export interface HttpRequest {
  readonly params: { readonly id: string };
  readonly body: { readonly status: string; readonly text: string };
}

export interface HttpResponse {
  json(body: unknown): unknown;
}
