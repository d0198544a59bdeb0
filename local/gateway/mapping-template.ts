/** What a mapping template may look at. */
export interface TemplateInput {
  readonly body: string;
  readonly context: Readonly<Record<string, unknown>>;
}

export type MappingTemplate = (input: TemplateInput) => string;

/** `$context.x`, `$input.body`, and functions of `$util` around one of them. */
const REFERENCE = /\$((?:util\.\w+\(\$)*)(context\.\w+|input\.body)(\)*)/g;

const FUNCTIONS: Readonly<Record<string, (text: string) => string>> = {
  base64Encode: (text) => Buffer.from(text).toString("base64"),
  urlEncode: (text) => new URLSearchParams([["", text]]).toString().slice(1),
  escapeJavaScript: (text) => JSON.stringify(text).slice(1, -1),
};

/**
 * The part of API Gateway's template language that sends a message somewhere as it is: references, and
 * functions applied to them. Throws on anything else.
 */
export function compileTemplate(template: string): MappingTemplate {
  const pieces: MappingTemplate[] = [];
  let end = 0;
  for (const match of template.matchAll(REFERENCE)) {
    pieces.push(literal(template.slice(end, match.index)), reference(match));
    end = match.index + match[0].length;
  }
  pieces.push(literal(template.slice(end)));
  return (input) => pieces.map((piece) => piece(input)).join("");
}

function literal(text: string): MappingTemplate {
  if (/[$#]/.test(text))
    throw new Error(`mapping template: ${JSON.stringify(text)} is not supported locally`);
  return () => text;
}

function reference([text, calls = "", name = "", closing = ""]: RegExpExecArray): MappingTemplate {
  const names = [...calls.matchAll(/util\.(\w+)/g)].map(([, fn = ""]) => fn);
  const functions = names.map((fn) => FUNCTIONS[fn]).filter((fn) => fn !== undefined);
  if (functions.length < names.length || closing.length !== names.length)
    throw new Error(`mapping template: ${text} is not supported locally`);
  const key = name.startsWith("context.") ? name.slice("context.".length) : undefined;
  return ({ body, context }) => {
    const value = key === undefined ? body : String(context[key] ?? "");
    return functions.reduceRight((result, fn) => fn(result), value);
  };
}
