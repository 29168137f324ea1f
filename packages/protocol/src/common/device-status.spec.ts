import { describe, expect, it } from 'vitest'
import { deviceStatus, type PresenceFacts } from './device-status.js'

const now = 1_000_000_000
const facts = (change: Partial<PresenceFacts>): PresenceFacts => ({
  connected: false,
  since: null,
  lastMessageAt: null,
  expectedIntervalSeconds: 60,
  ...change,
})
const ago = (seconds: number) => now - seconds * 1_000

describe('deviceStatus', () => {
  it.each<[string, Partial<PresenceFacts>, string]>([
    ['never connected, never heard', {}, 'never'],
    ['connected, just spoke', { connected: true, since: ago(500), lastMessageAt: ago(5) }, 'online'],
    ['connected just now, has not spoken yet', { connected: true, since: ago(5) }, 'online'],
    [
      'connected just now, spoke long ago',
      { connected: true, since: ago(5), lastMessageAt: ago(900) },
      'online',
    ],
    [
      'connected, at the end of its interval',
      { connected: true, since: ago(500), lastMessageAt: ago(60) },
      'online',
    ],
    ['connected, overdue', { connected: true, since: ago(500), lastMessageAt: ago(61) }, 'quiet'],
    ['connected long ago, never spoke', { connected: true, since: ago(500) }, 'quiet'],
    ['disconnected, spoke before that', { since: ago(5), lastMessageAt: ago(10) }, 'offline'],
    ['disconnected, never spoke', { since: ago(5) }, 'offline'],
    ['speaks over HTTP only', { lastMessageAt: ago(5) }, 'online'],
    ['speaks over HTTP only, overdue', { lastMessageAt: ago(61) }, 'quiet'],
    ['disconnected, then spoke over HTTP', { since: ago(50), lastMessageAt: ago(5) }, 'online'],
  ])('%s', (_what, change, expected) => {
    expect(deviceStatus(facts(change), now)).toBe(expected)
  })
})
