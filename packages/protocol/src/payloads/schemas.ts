import { z } from 'zod'

/**
 * A union whose branch is chosen by the shape of the value. A union of zod tries one branch after another, and each that fails
 * takes longer than the one that fits; and only the chosen branch can say what is wrong. Where `choose` returns nothing, all
 * are tried; it may also return a schema that only explains what is wrong.
 */
export function choiceOf<const Options extends readonly z.ZodType[]>(
  options: Options,
  choose: (value: unknown) => z.ZodType | undefined,
): z.ZodUnion<Options> {
  return new Choice({ type: 'union', options, choose }) as unknown as z.ZodUnion<Options>
}

interface ChoiceDefinition extends z.core.$ZodUnionDef {
  choose(value: unknown): z.ZodType | undefined
}

const Choice = z.core.$constructor<z.ZodUnion, ChoiceDefinition>('Choice', (schema, definition) => {
  z.ZodUnion.init(schema, definition)
  const tryAll = schema._zod.parse
  schema._zod.parse = (payload, context) => {
    const chosen = definition.choose(payload.value)
    return chosen === undefined ? tryAll(payload, context) : chosen._zod.run(payload, context)
  }
})

/**
 * A record that keeps every key, and is checked where it is: zod's own copies it without the key `__proto__`. Its schemas
 * must not change what they check.
 */
export function recordOf<Value extends z.ZodType>(
  key: z.ZodType<string, string>,
  value: Value,
): z.ZodRecord<z.ZodString, Value> {
  const definition = { type: 'record', keyType: key, valueType: value }
  return new KeptRecord(definition as z.core.$ZodRecordDef) as unknown as z.ZodRecord<z.ZodString, Value>
}

const KeptRecord = z.core.$constructor<z.ZodRecord, z.core.$ZodRecordDef>(
  'KeptRecord',
  (schema, definition) => {
    z.ZodRecord.init(schema, definition)
    const validKeys = new KnownKeys()
    schema._zod.parse = (payload, context) => {
      const input = payload.value
      if (!z.core.util.isPlainObject(input)) {
        payload.issues.push({ code: 'invalid_type', expected: 'record', input, inst: schema })
        return payload
      }
      for (const key in input) {
        const keyIssues = validKeys.has(key) ? none : issuesOf(definition.keyType, key, context)
        if (keyIssues.length > 0) {
          const issues = keyIssues.map((issue) => z.core.util.finalizeIssue(issue, context, z.core.config()))
          payload.issues.push({
            code: 'invalid_key',
            origin: 'record',
            issues,
            input: key,
            path: [key],
            inst: schema,
          })
          continue
        }
        validKeys.add(key)
        const issues = issuesOf(definition.valueType, input[key], context)
        if (issues.length > 0) payload.issues.push(...z.core.util.prefixIssues(key, issues))
      }
      return payload
    }
  },
)

const none: z.core.$ZodRawIssue[] = []

/** Keys that were found valid: devices send the same ones again and again, and a check of each takes longer than a value's. */
class KnownKeys {
  readonly #keys = new Set<string>()

  has(key: string): boolean {
    return this.#keys.has(key)
  }

  add(key: string): void {
    if (this.#keys.has(key)) return
    if (this.#keys.size >= maxKnownKeys) this.#keys.clear()
    this.#keys.add(key)
  }
}

const maxKnownKeys = 10_000

function issuesOf(
  schema: z.core.SomeType,
  value: unknown,
  context: z.core.ParseContextInternal,
): z.core.$ZodRawIssue[] {
  const result = schema._zod.run({ value, issues: [] }, context)
  if (result instanceof Promise) throw new z.core.$ZodAsyncError()
  return result.issues
}
