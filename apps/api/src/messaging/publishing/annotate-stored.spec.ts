import { isStored, storedTimeOf } from '@heliograph/protocol'
import { describe, expect, it } from 'vitest'
import { annotateNotStored, annotateTime } from './annotate-stored.js'

type Property = readonly [name: string, value: string]

/** A message with the user properties of its device, and what subscribers then have. */
function sent(own: readonly Property[] | null) {
  const all = [...(own ?? [])]
  const message = {
    properties: own === null ? null : { ...noOther, userProperties: own },
    annotate: (name: string, value: string) => void all.push([name, value]),
  }
  const received = () =>
    Object.fromEntries(all.map(([name]) => [name, all.filter((one) => one[0] === name).map((one) => one[1])]))
  return { message, received, all }
}

const noOther = {
  contentType: undefined,
  responseTopic: undefined,
  correlationData: undefined,
  isText: false,
  expiresAt: null,
}
const faked: Property[] = [
  ['time', '1732990000000.123'],
  ['stored', 'false'],
]

describe('annotateTime', () => {
  it('adds the time that was given, and nothing where none was', () => {
    const given = sent(null)
    annotateTime(given.message, 1_732_990_000_000_123)
    expect(given.all).toEqual([['time', '1732990000000.123']])
    const timed = sent([['unit', 'K']])
    annotateTime(timed.message, null)
    expect(timed.all).toEqual([['unit', 'K']])
  })

  it('lets no device pretend a time, or that its message is not stored', () => {
    const given = sent(faked)
    annotateTime(given.message, 7_000_001)
    expect([storedTimeOf(given.received()), isStored(given.received())]).toEqual([7_000.001, true])
    const timed = sent(faked)
    annotateTime(timed.message, null)
    expect([storedTimeOf(timed.received()), isStored(timed.received())]).toEqual([null, true])
  })
})

it('does not read properties again that it has added to', () => {
  const steps: string[] = []
  const message = {
    get properties() {
      steps.push('read')
      return null
    },
    annotate: (name: string) => void steps.push(`add ${name}`),
  }
  annotateTime(message, 7_000_001)
  annotateNotStored(message)
  expect(steps).toEqual(['read', 'add time', 'read', 'add stored'])
})

describe('annotateNotStored', () => {
  it('says so, and gives no time', () => {
    const plain = sent(null)
    annotateNotStored(plain.message)
    expect(plain.all).toEqual([['stored', 'false']])
    const pretending = sent([
      ['time', '1732990000000.123'],
      ['stored', ''],
    ])
    annotateNotStored(pretending.message)
    expect([storedTimeOf(pretending.received()), isStored(pretending.received())]).toEqual([null, false])
  })
})
