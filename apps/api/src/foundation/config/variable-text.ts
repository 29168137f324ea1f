import type { z } from 'zod'

/** The description of an environment variable in the documents. */
export interface VariableText {
  /** The section that lists it. */
  group: 'addresses' | 'data' | 'administrator' | 'sign-in' | 'mail' | 'secrets' | 'observation'
  /** Its meaning, in one or two sentences of Markdown. */
  text: string
  /** An example value, for a variable without a default. */
  example?: string
  /** The behaviour without the variable, when the schema has no default. */
  otherwise?: string
  /** With Docker Compose: `passed` from `.env`, or `set` by the image or by docker-compose.yml. */
  docker?: 'passed' | 'set'
}

/** Attaches the description to the variable's schema; `schema.meta()` returns it. */
export function described<Schema extends z.ZodType>(schema: Schema, text: VariableText): Schema {
  return schema.meta({ ...text })
}
