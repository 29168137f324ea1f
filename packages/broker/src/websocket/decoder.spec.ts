import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { WebSocketDecoder } from './decoder.js'
import { Opcode } from './frame.js'

function decoder() {
  const data: Buffer[] = []
  const events: string[] = []
  const decode = new WebSocketDecoder({
    // Held, not copied: bytes that were passed on must not change.
    data: (bytes, from, to) => data.push(bytes.buffer.subarray(from, to)),
    ping: (payload) => events.push(`ping ${payload.toString('hex')}`),
    closeFrame: () => events.push('close'),
    violation: (detail, code) => events.push(`${code} ${detail}`),
  })
  return { decode, events, joined: () => Buffer.concat(data) }
}

function frame(
  payload: Buffer,
  { opcode = Opcode.binary as number, final = true, long = false } = {},
): Buffer {
  const mask = Buffer.from([0x12, 0x9a, 0xf3, 0x80])
  const size = Buffer.alloc(9)
  const length = payload.length
  let used = 1
  if (long || length > 65_535) {
    size[0] = 127
    size.writeUInt32BE(length, 5)
    used = 9
  } else if (length > 125) {
    size[0] = 126
    size.writeUInt16BE(length, 1)
    used = 3
  } else size[0] = length
  size[0] = (size[0] ?? 0) | 128
  const body = payload.map((byte, i) => byte ^ (mask[i & 3] ?? 0))
  return Buffer.concat([Buffer.from([(final ? 128 : 0) | opcode]), size.subarray(0, used), mask, body])
}

const bytesOf = (size: number) => Buffer.from(Array.from({ length: size }, (_, i) => (i * 13 + size) & 255))

const payloads = [0, 1, 125, 126, 700].map(bytesOf)
const stream = Buffer.concat([
  ...payloads.map((payload) => frame(payload)),
  frame(Buffer.from('one'), { final: false }),
  frame(Buffer.from('hi'), { opcode: Opcode.ping }),
  frame(Buffer.from('two'), { opcode: Opcode.continuation, long: true }),
  frame(Buffer.alloc(0), { opcode: Opcode.close }),
])
const wanted = Buffer.concat([...payloads, Buffer.from('onetwo')])

describe('WebSocketDecoder', () => {
  it('reads the same wherever the bytes are cut', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const { decode, events, joined } = decoder()
      decode.push(new Bytes(Buffer.from(stream.subarray(0, cut))))
      decode.push(new Bytes(Buffer.from(stream.subarray(cut))))
      expect(joined().equals(wanted)).toBe(true)
      expect(events).toEqual(['ping 6869', 'close'])
    }
  })

  it('reads the same in chunks of every small size', () => {
    for (let size = 1; size < 20; size++) {
      const { decode, events, joined } = decoder()
      for (let at = 0; at < stream.length; at += size)
        decode.push(new Bytes(Buffer.from(stream.subarray(at, at + size))))
      expect(joined().equals(wanted)).toBe(true)
      expect(events).toEqual(['ping 6869', 'close'])
    }
  })

  it('reads a huge frame in chunks, and leaves alone what it handed on before', () => {
    const huge = bytesOf(300_001)
    const bytes = Buffer.concat([frame(bytesOf(9_000)), frame(huge), frame(bytesOf(3))])
    const { decode, events, joined } = decoder()
    for (let at = 0; at < bytes.length; at += 65_536)
      decode.push(new Bytes(Buffer.from(bytes.subarray(at, at + 65_536))))
    expect(joined().equals(Buffer.concat([bytesOf(9_000), huge, bytesOf(3)]))).toBe(true)
    expect(events).toEqual([])
  })

  it.each([
    ['reserved bits', [0xc2, 0x80], '1002 reserved frame bits'],
    ['no mask', [0x82, 0x05], '1002 frame without a mask'],
    ['text', [0x81, 0x85], '1003 text frame'],
    ['an unknown opcode', [0x83, 0x85], '1002 unknown opcode'],
    ['a fragment of nothing', [0x80, 0x85], '1002 fragments out of order'],
    ['a long control frame', [0x89, 0xfe], '1002 control frame too long or in fragments'],
  ])('reports %s on the first two bytes, and reads no more', (_, start, problem) => {
    for (const chunks of [[start], start.map((byte) => [byte])]) {
      const { decode, events } = decoder()
      for (const chunk of chunks) decode.push(new Bytes(Buffer.from(chunk)))
      decode.push(new Bytes(frame(Buffer.from('x'))))
      expect(events).toEqual([problem])
    }
  })

  it('reports a length of 64 bits', () => {
    const { decode, events } = decoder()
    decode.push(new Bytes(Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0])))
    expect(events).toEqual(['1002 frame length of more than 63 bits'])
  })
})
