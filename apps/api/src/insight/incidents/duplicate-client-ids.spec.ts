import { describe, expect, it } from 'vitest'
import { DuplicateClientIds, duplicateClientIdLimits } from './duplicate-client-ids.js'

const session = 'acme/d/pump-7'

/** What is noticed at take-overs at these seconds. */
function takeOversAt(seconds: readonly number[], addresses = ['10.0.0.7', '10.0.0.8']) {
  const clients = new DuplicateClientIds()
  return seconds.map((second, index) =>
    clients.takenOver(session, addresses[index % addresses.length] ?? '', second * 1_000),
  )
}

describe('DuplicateClientIds', () => {
  it.each([
    ['comes back once after a change of its network', [0]],
    ['comes back twice at once', [0, 1]],
    ['has a bad network, and comes back three times in a minute', [0, 20, 45]],
    ['comes back each ten seconds', [0, 10, 20, 30, 40, 50]],
  ])('says nothing of a client that %s', (_, seconds) => {
    expect(takeOversAt(seconds).every((noticed) => noticed === null)).toBe(true)
  })

  it.each([
    ['a second', [0, 1, 2]],
    ['five seconds and a little', [0, 5.05, 10.1]],
  ])('notices two clients that try again after %s', (_, seconds) => {
    expect(takeOversAt(seconds)).toEqual([
      null,
      null,
      { count: 3, isNew: true, addresses: ['10.0.0.7', '10.0.0.8'] },
    ])
  })

  it('counts each take-over once while it lasts, also when the clients become slower', () => {
    const noticed = takeOversAt([0, 1, 2, 3, 33, 90])
    expect(noticed.map((one) => one?.count ?? 0)).toEqual([0, 0, 3, 1, 1, 1])
    expect(noticed.map((one) => one?.isNew ?? false)).toEqual([false, false, true, false, false, false])
  })

  it('ends when the clients have stopped for a minute', () => {
    const noticed = takeOversAt([0, 1, 2, 63, 64, 65])
    expect(noticed.map((one) => one?.count ?? 0)).toEqual([0, 0, 3, 0, 0, 3])
  })

  it('names one address when both clients have the same, and the last two of more', () => {
    expect(takeOversAt([0, 1, 2], ['10.0.0.7']).at(-1)?.addresses).toEqual(['10.0.0.7'])
    const alternating = takeOversAt([0, 1, 2, 3, 4]).slice(2)
    for (const noticed of alternating) expect(noticed?.addresses).toEqual(['10.0.0.7', '10.0.0.8'])
    expect(takeOversAt([0, 1, 2], ['a', 'b', 'c']).at(-1)?.addresses).toEqual(['b', 'c'])
  })

  it('keeps sessions apart, and forgets the oldest of too many', () => {
    const clients = new DuplicateClientIds()
    for (let n = 0; n < 2; n += 1) clients.takenOver(session, '10.0.0.7', n)
    for (let n = 0; n < duplicateClientIdLimits.sessions; n += 1)
      expect(clients.takenOver(`acme/d/${n}`, '10.0.0.7', n)).toBeNull()
    expect(clients.takenOver(session, '10.0.0.7', 10)).toBeNull()
  })
})
