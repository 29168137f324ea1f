import { describe, expect, it } from 'vitest'
import { filterProblem, newValues, toBody, valuesOf, withLine } from './form-values.ts'

const application = {
  id: 'a1',
  name: 'Node-RED',
  subscribe: ['acme/fleet', 'acme/apps/#'],
  publish: [],
  hint: 'abcd',
  createdAt: '2026-01-01T00:00:00Z',
  createdBy: null,
  rotatedAt: null,
  previousSecretExpiresAt: null,
  connections: 0,
  lastConnectedAt: null,
  lastAddress: null,
}

describe('the form of an application', () => {
  it.each([[null], [[]], [['https://example.com', 'http://localhost:8080']]])(
    'reads back what it shows: origins %j',
    (origins) => {
      const { name, subscribe, publish } = application
      expect(toBody(valuesOf({ ...application, origins }))).toEqual({ name, subscribe, publish, origins })
    },
  )

  it('grants a new application what is below apps', () => {
    expect(toBody({ ...newValues('acme'), name: 'Chat' })).toEqual({
      name: 'Chat',
      subscribe: ['acme/apps/#'],
      publish: ['acme/apps/#'],
      origins: null,
    })
  })

  it('names the filter that cannot be granted', () => {
    const text = 'acme/apps/#\n\n other/# \n'
    expect(filterProblem('subscribe', 'acme', text)).toBe('line 3, other/#: reaches beyond acme/#')
    expect(filterProblem('publish', 'acme', 'acme/fleet')).toMatch(/^line 1, acme\/fleet: reaches beyond/)
    expect(filterProblem('publish', 'acme', 'acme/apps/#\n\n')).toBeUndefined()
  })

  it('adds a line once', () => {
    expect(withLine('', 'a')).toBe('a')
    expect(withLine(' a \n\n', 'b')).toBe('a\nb')
    expect(withLine('a\nb', 'a')).toBe('a\nb')
  })
})
