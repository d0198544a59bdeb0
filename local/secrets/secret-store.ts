import { randomInt, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Secret } from "../template/model";

export interface SecretVersion {
  readonly versionId: string;
  readonly value: string;
  /** Seconds since the epoch. */
  readonly createdAt: number;
}

/** Newest first: AWSCURRENT, and AWSPREVIOUS once the value has changed. */
type Versions = readonly SecretVersion[];

/** The template's secrets and their values, in memory or in a file. */
export class SecretStore {
  private secrets: readonly Secret[] = [];
  private readonly values: Map<string, Versions>;

  constructor(private readonly file?: string) {
    const stored = file !== undefined && existsSync(file) ? readFileSync(file, "utf8") : "[]";
    this.values = new Map(JSON.parse(stored) as [string, Versions][]);
  }

  /** Gives each new secret its first value. */
  deploy(secrets: readonly Secret[]): void {
    this.secrets = secrets;
    for (const secret of secrets)
      if (!this.values.has(secret.arn)) this.put(secret, secret.value ?? generate(secret));
  }

  /** By ARN, with or without its random ending, or by name. */
  find(secretId: string): Secret | undefined {
    return this.secrets.find(
      ({ arn, name }) => secretId === arn || secretId === name || arn.startsWith(`${secretId}-`),
    );
  }

  versions({ arn }: Secret): Versions {
    return this.values.get(arn) ?? [];
  }

  put(secret: Secret, value: string): SecretVersion {
    const version = { versionId: randomUUID(), value, createdAt: Date.now() / 1000 };
    this.values.set(secret.arn, [version, ...this.versions(secret)].slice(0, 2));
    this.save();
    return version;
  }

  private save(): void {
    if (this.file === undefined) return;
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify([...this.values]), { mode: 0o600 });
  }
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const NUMBERS = "0123456789";
const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

/** A value as `GenerateSecretString` describes it. */
export function generate({ generate: settings = {} }: Secret): string {
  const kinds = [
    settings.ExcludeLowercase === true ? "" : LETTERS,
    settings.ExcludeUppercase === true ? "" : LETTERS.toUpperCase(),
    settings.ExcludeNumbers === true ? "" : NUMBERS,
    settings.ExcludePunctuation === true ? "" : PUNCTUATION,
    settings.IncludeSpace === true ? " " : "",
  ];
  const excluded = new Set(String(settings.ExcludeCharacters ?? ""));
  const alphabet = [...kinds.join("")].filter((character) => !excluded.has(character));
  const length = Number(settings.PasswordLength ?? 32);
  const password = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join("");
  const { SecretStringTemplate: template, GenerateStringKey: key } = settings;
  if (template === undefined || key === undefined) return password;
  return JSON.stringify({ ...JSON.parse(String(template)), [String(key)]: password });
}
