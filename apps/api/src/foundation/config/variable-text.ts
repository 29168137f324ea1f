import type { z } from 'zod'

/** What the documents say about a variable of the environment. */
export interface VariableText {
  /** The section that it stands in. */
  group: 'addresses' | 'data' | 'administrator' | 'secrets' | 'observation'
  /** What it is, in one or two sentences of Markdown. */
  text: string
  /** A value to copy, where there is no default. */
  example?: string
  /** What holds when it is absent, where the schema has no default that says so. */
  otherwise?: string
  /** With docker compose: `passed` from `.env`, or `set` by the image or by docker-compose.yml. */
  docker?: 'passed' | 'set'
}

/** Attaches the text to the schema of a variable, where `schema.meta()` finds it again. */
export function described<Schema extends z.ZodType>(schema: Schema, text: VariableText): Schema {
  return schema.meta({ ...text })
}
