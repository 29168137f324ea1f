import { describe, expect, it } from 'vitest'
import { Message } from './message.js'

function received(source: Buffer, from: number, to: number): Message {
  return new Message('t', Buffer.from('t'), source, from, to, 1, false, false)
}

describe('Message', () => {
  it('is kept where it arrived when it is most of what arrived', () => {
    const source = Buffer.allocUnsafeSlow(1_000).fill('x')
    const message = received(source, 100, 900).keep()
    expect(message.source).toBe(source)
    expect(message.payload.toString()).toBe('x'.repeat(800))
  })

  it('is copied to be kept when it is little of what arrived', () => {
    const source = Buffer.allocUnsafeSlow(1_000).fill('x')
    const message = received(source, 10, 20).keep()
    expect(message.source).not.toBe(source)
    expect(message.source.buffer.byteLength).toBe(10)
    expect(message.payload.toString()).toBe('x'.repeat(10))
  })

  it('is the same after the host used its buffer again', () => {
    const payload = Buffer.from('before')
    const message = Message.of('t', payload, 0, false)
    payload.fill('after!')
    expect(message.payload.toString()).toBe('before')
    expect(message.frame().tcp.subarray(-6).toString()).toBe('before')
  })
})
