/** What loading a module costs by itself. */
export async function handler() {
  return { statusCode: 200 };
}
