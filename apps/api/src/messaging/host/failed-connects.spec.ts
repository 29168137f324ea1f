import type { AuthenticateResult } from '@heliograph/broker'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { FailedConnects } from './failed-connects.js'

type Result = AuthenticateResult<null>

const wrong: Result = { ok: false, reason: 'bad_credentials' }
const right: Result = { ok: true, principal: null, sessionId: 's' }
const limits = { failuresPerAddress: 3, failureIntervalMs: 100, failureWaitMs: 5_000 }

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

/** Connects from an address; `asked` has who was looked up. */
function host() {
  const failed = new FailedConnects(limits)
  const asked: string[] = []
  const connect = (name: string, result: Result, { address = '10.0.0.1', isKnown = false } = {}) =>
    failed.paced({ address, isKnown }, () => {
      asked.push(name)
      return result
    })
  return { asked, connect }
}

it('looks nobody up for an address with too many wrong credentials until it has waited, and others at once', async () => {
  const { asked, connect } = host()
  for (const name of ['a', 'b', 'c', 'd']) connect(name, wrong)
  const late = connect('e', right)
  expect(late).toBeInstanceOf(Promise)
  expect(asked).toEqual(['a', 'b', 'c', 'd'])
  expect(connect('f', wrong, { address: '10.0.0.2' })).toBe(wrong)
  expect(await late).toBe(right)
  expect(asked.at(-1)).toBe('e')
})

it('answers a known credential at once when it is right, whatever others of its address send', () => {
  const { connect } = host()
  for (let n = 0; n < 10; n++) void connect('a', wrong, { isKnown: true })
  expect(connect('b', right, { isKnown: true })).toBe(right)
  expect(connect('b', wrong, { isKnown: true })).toBeInstanceOf(Promise)
})

it('counts no refusals for other reasons', () => {
  const { connect } = host()
  const away: Result = { ok: false, reason: 'server_unavailable' }
  for (let n = 0; n < 10; n++) expect(connect('a', away)).toBe(away)
})
