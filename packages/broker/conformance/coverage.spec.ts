import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { coverageProblems } from './report/coverage.mjs'
import { collectDeclarations } from './report/declarations.mjs'
import { statements } from './statements.js'

const declarations = collectDeclarations(fileURLToPath(new URL('.', import.meta.url)))

describe('the suite', () => {
  it('has a test or a reason for every statement that concerns servers', () => {
    expect(coverageProblems(statements, declarations)).toEqual([])
  })

  it('notices a statement without a test', () => {
    const without = declarations.filter(({ statements: shown }) => !shown.includes('MQTT-3.12.4-1'))
    expect(coverageProblems(statements, without)).toEqual(['MQTT-3.12.4-1 has neither a test nor a reason'])
  })

  it('shows each statement over both transports, or over WebSocket where it is about that', () => {
    for (const { statements: shown, transports } of declarations) {
      const webSocketOnly = shown.every((id) => id.startsWith('MQTT-6.'))
      expect(transports, shown.join(' ')).toEqual(webSocketOnly ? ['ws'] : ['tcp', 'ws'])
    }
  })
})
