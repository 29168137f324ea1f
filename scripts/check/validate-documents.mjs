import fs from 'node:fs'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/**
 * Errors of the document against the OpenAPI schema of its own version.
 * @param {Record<string, unknown>} document
 * @returns {Promise<string[]>}
 */
export async function openApiErrors(document) {
  const { Validator } = await import('@seriousme/openapi-schema-validator')
  const { valid, errors } = await new Validator().validate(document)
  if (valid) return []
  return typeof errors === 'string' ? [errors] : (errors ?? []).map(describe)
}

/**
 * Errors of the document against the schema of AsyncAPI 3.0.
 * @param {Record<string, unknown>} document
 * @returns {Promise<string[]>}
 */
export async function asyncApiErrors(document) {
  const { default: Ajv } = await import('ajv')
  const { default: addFormats } = await import('ajv-formats')
  const ajv = new Ajv.default({ strict: false, allErrors: false, validateFormats: true })
  addFormats.default(ajv)
  // The other variant brings its own copy of JSON Schema's schema, which ajv has already.
  const file = require.resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json')
  const schema = JSON.parse(fs.readFileSync(file, 'utf8'))
  const validate = ajv.compile(schema)
  return validate(document) ? [] : (validate.errors ?? []).map(describe)
}

/** @param {{ instancePath?: string, message?: string }} error */
function describe({ instancePath, message }) {
  return `${instancePath || '/'} ${message}`
}
