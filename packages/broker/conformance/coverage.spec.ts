import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { coverageProblems } from './report/coverage.mjs'
import { collectDeclarations, type Declaration } from './report/declarations.mjs'
import { standards } from './statements/standards.mjs'

const declarations = collectDeclarations(fileURLToPath(new URL('.', import.meta.url)))

describe('the suite', () => {
  it('has a test or a reason for every statement that concerns servers', () => {
    expect(coverageProblems(standards, declarations)).toEqual([])
  })

  it('notices a statement without a test, in each standard', () => {
    expect(coverageProblems(standards, declarations.map(without('mqtt311')))).toEqual([
      'MQTT-3.12.4-1 of MQTT 3.1.1 has neither a test nor a reason',
    ])
    expect(coverageProblems(standards, declarations.map(without('mqtt5')))).toEqual([
      'MQTT-3.12.4-1 of MQTT 5 has neither a test nor a reason',
    ])
  })

  it('shows each statement over both transports, or over WebSocket where it is about that', () => {
    for (const { shown, title, transports } of declarations) {
      const ids = [...shown.mqtt311, ...shown.mqtt5]
      const webSocketOnly = ids.every((id) => id.startsWith('MQTT-6.'))
      expect(transports, title).toEqual(webSocketOnly ? ['ws'] : ['tcp', 'ws'])
    }
  })
})

/** The declaration as if it did not show that PINGREQ is answered. */
function without(standard: 'mqtt311' | 'mqtt5'): (declaration: Declaration) => Declaration {
  return (declaration) => ({
    ...declaration,
    shown: {
      ...declaration.shown,
      [standard]: declaration.shown[standard].filter((id) => id !== 'MQTT-3.12.4-1'),
    },
  })
}
