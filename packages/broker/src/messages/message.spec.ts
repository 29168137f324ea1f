import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { Message } from './message.js'

const flagsOfQos1 = 2

/** A QoS 1 PUBLISH to `t` that arrived among other bytes; `rest` are further pieces of its payload. */
function received(chunkBytes: number, at: number, payload: Buffer, rest: Buffer[] | null = null): Message {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes).fill('x')
  const length = 5 + payload.length
  const lengthBytes = length < 128 ? [length] : [(length & 127) | 128, length >> 7]
  const head = Buffer.from([0x32, ...lengthBytes, 0, 1, 0x74, 0, 7])
  head.copy(chunk, at)
  payload.copy(chunk, at + head.length)
  const from = at + head.length
  const packet = { bytes: new Bytes(chunk), start: at, body: from - 5, end: from + payload.length, rest }
  return new Message('t', flagsOfQos1, packet, from, from)
}

function written(message: Message, flags: number, packetId: number): string {
  const out = new Bytes(Buffer.alloc(message.packetBytes((flags >> 1) & 3)))
  message.write(out, 0, flags, packetId)
  return out.buffer.toString('hex')
}

describe('Message', () => {
  it('is kept where it arrived when it is most of what arrived', () => {
    const message = received(1_000, 100, Buffer.alloc(800, 'y'))
    const { buffer } = message.bytes
    expect(message.keep().bytes.buffer).toBe(buffer)
    expect(message.payload.toString()).toBe('y'.repeat(800))
  })

  it('is copied to be kept when it is little of what arrived', () => {
    const message = received(1_000, 10, Buffer.from('payload'))
    const before = written(message, 0x0a, 513)
    message.keep()
    expect(message.bytes.buffer.buffer.byteLength).toBe(14)
    expect(message.payload.toString()).toBe('payload')
    expect(written(message, 0x0a, 513)).toBe(before)
  })

  it('shares memory with its neighbours when it is kept briefly, unless it is large', () => {
    const small = [0, 1, 2].map((i) => received(60_000, i * 9, Buffer.from(`small ${i}`)).keepBriefly())
    const memory = new Set(small.map(({ bytes }) => bytes.buffer.buffer))
    expect(memory.size).toBeLessThan(3)
    for (const { byteLength } of memory) expect(byteLength).toBeLessThan(4_096)
    expect(small.map(({ payload }) => payload.toString())).toEqual(['small 0', 'small 1', 'small 2'])
    const large = received(60_000, 3, Buffer.alloc(2_000, 'l')).keepBriefly()
    expect(large.bytes.buffer.buffer.byteLength).toBe(2_008)
    expect(large.payload.toString()).toBe('l'.repeat(2_000))
  })

  it('is kept in the pieces in which it came when they are most of what arrived, else joined', () => {
    const pieces = [Buffer.allocUnsafeSlow(20_000).fill('b'), Buffer.allocUnsafeSlow(9_000).fill('c')]
    const whole = received(10_000, 8, Buffer.alloc(9_990, 'a'), pieces).keep()
    expect(whole.rest).toEqual(pieces)
    const cut = pieces.map((piece) => piece.subarray(0, 5_000))
    const joined = received(10_000, 100, Buffer.alloc(100, 'a'), cut).keep()
    const bytes = [joined.bytes.buffer, ...(joined.rest ?? [])].map(({ buffer }) => buffer.byteLength)
    expect(bytes.reduce((sum, one) => sum + one)).toBeLessThan(20_000)
    const text = `${'a'.repeat(100)}${'b'.repeat(5_000)}${'c'.repeat(5_000)}`
    expect(Buffer.concat(joined.pieces()).toString()).toBe(text)
    expect([joined.payload.toString(), joined.payloadBytes]).toEqual([text, 10_100])
  })

  it('is sent at each QoS, with the flags and the packet id it is given', () => {
    const message = received(100, 20, Buffer.from('hi'))
    expect(written(message, 0x0a, 513)).toBe('3a0700017402016869')
    expect(written(message, 0x05, 2)).toBe('3507000174' + '0002' + '6869')
    expect(written(message, 0x01, 0)).toBe('31050001746869')
    expect(
      written(Message.of({ topic: 't', payload: Buffer.from('hi'), qos: 0, retain: false }), 0x02, 9),
    ).toBe('320700017400096869')
  })

  it('is the same after the host used its buffer again', () => {
    const payload = Buffer.from('before')
    const message = Message.of({ topic: 't', payload, qos: 0, retain: false })
    payload.fill('after!')
    expect(message.payload.toString()).toBe('before')
    expect(message.frame(4).tcp.subarray(-6).toString()).toBe('before')
  })
})
