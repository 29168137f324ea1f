import type { PublishDecision } from '@heliograph/broker'
import { describe, expect, it, vi } from 'vitest'
import { UndecidedError } from '../../telemetry/samples/sample.js'
import { PendingPublish } from './pending-publish.js'

const stored = { stored: true, samples: 1 } as const

function pending() {
  const handlers = {
    onDecided: vi.fn<() => PublishDecision>(() => 'forward'),
    onForward: vi.fn(async () => true),
    onUndecided: vi.fn(),
    onClockNotSet: vi.fn(),
    onAccepted: vi.fn(),
  }
  return { handlers, message: new PendingPublish(handlers, null) }
}

describe('PendingPublish', () => {
  it('has the decision at once when it is known', () => {
    const { message } = pending()
    message.decided(stored)
    expect(message.decision()).toBe('forward')
  })

  it('promises a decision that is not known yet', async () => {
    const { message } = pending()
    const decision = message.decision()
    message.decided(stored)
    expect(await decision).toBe('forward')
  })

  it('forwards a message once, either delayed or when it was decided', async () => {
    const { message, handlers } = pending()
    const decision = message.decision()
    message.delayed()
    message.delayed()
    message.decided(stored)
    message.delayed()
    expect(await decision).toBe('drop')
    expect(handlers.onForward).toHaveBeenCalledTimes(1)
  })

  it('waits until sessions have what was forwarded for good, and stays undecided when they may not', async () => {
    const { message, handlers } = pending()
    let settle = (_: boolean) => {}
    handlers.onForward.mockReturnValue(new Promise((resolve) => (settle = resolve)))
    message.delayed()
    let decided = false
    const decision = Promise.resolve(message.decision()).finally(() => {
      decided = true
    })
    message.decided(stored)
    await new Promise((resolve) => setImmediate(resolve))
    expect(decided).toBe(false)
    settle(true)
    expect(await decision).toBe('drop')

    const lost = pending()
    lost.handlers.onForward.mockResolvedValue(false)
    lost.message.delayed()
    lost.message.decided(stored)
    await expect(lost.message.decision()).rejects.toThrow(UndecidedError)
  })

  it('keeps back a message that must not come twice until it is decided', async () => {
    const { handlers } = pending()
    const message = new PendingPublish({ ...handlers, onForward: null }, null)
    const decision = message.decision()
    message.delayed()
    message.decided(stored)
    expect(await decision).toBe('forward')
  })

  it('tells why a message is refused, also one that was forwarded before', async () => {
    const { message, handlers } = pending()
    const refusal = {
      decision: 'refuse',
      code: 0x99,
      reasonString: 'payload invalid: too many keys',
    } as const
    handlers.onDecided.mockReturnValue(refusal)
    message.delayed()
    message.decided({ stored: false, refusal: { code: 'payload_invalid', detail: 'too many keys' } })
    expect(await message.decision()).toEqual(refusal)
  })

  it('rejects when the message stays undecided, before or after the decision was asked for', async () => {
    const error = new UndecidedError('the database is away', 'full')
    const asked = pending()
    const decision = asked.message.decision()
    asked.message.undecided(error)
    await expect(decision).rejects.toBe(error)
    const late = pending()
    late.message.undecided(error)
    await expect(late.message.decision()).rejects.toBe(error)
    expect(late.handlers.onUndecided).toHaveBeenCalledTimes(1)
  })
})
