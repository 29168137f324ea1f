import { describe, expect, it } from 'vitest'
import { hideSecrets, writtenForms } from './hide-secrets.js'
import { type SecretKind, Secrets, secretPrefixes } from './secrets.js'

const secrets = new Secrets('x'.repeat(64))
const kinds = Object.keys(secretPrefixes) as SecretKind[]

describe('hideSecrets', () => {
  it.each(kinds)('hides a secret of the kind %s, wherever it stands, and says what it was', (kind) => {
    const secret = secrets.make(kind)
    const prefix = secretPrefixes[kind]
    expect(hideSecrets(`GET /a/${secret}/b`)).toBe(`GET /a/${prefix}…/b`)
    expect(hideSecrets(`"pump:${secret}"`)).toBe(`"pump:${prefix}…"`)
    // Cut off at the end of a line that was too long.
    expect(hideSecrets(secret.slice(0, 20))).toBe(`${prefix}…`)
  })

  it('hides a signed session, as a bearer token and as a cookie', () => {
    const signed = `${'a1B2'.repeat(8)}.${'Zz9+/'.repeat(8)}abc=`
    expect(hideSecrets(`Bearer ${signed}, then`)).toBe('Bearer …, then')
    expect(hideSecrets(`session_token=${encodeURIComponent(signed)}; a=b`)).toBe('session_token=…; a=b')
  })

  it('hides secrets that have no form, in each way in which they are written', () => {
    const token = 'to"ken/of the metrics'
    for (const form of [token, encodeURIComponent(token), JSON.stringify(token)])
      expect(hideSecrets(`<${form}>`, writtenForms(token))).toMatch(/^<"?…"?>$/)
  })

  it('leaves other texts as they are', () => {
    for (const text of ['acme/devices/hg_dev_1/telemetry', 'hg_key_…', 'a.b.c', `${'a'.repeat(64)}.json`])
      expect(hideSecrets(text)).toBe(text)
  })
})
