import type { ServerResponse } from "node:http";

/** Lets a service do its work, and has something else happen instead of its answer. */
export function instead(response: ServerResponse, happen: () => void): void {
  const own = {
    writeHead: () => response,
    write: () => true,
    end: () => {
      for (const method of Object.keys(own)) Reflect.deleteProperty(response, method);
      for (const header of response.getHeaderNames()) response.removeHeader(header);
      happen();
      return response;
    },
  };
  // In front of the prototype's, until the end.
  Object.assign(response, own);
}
