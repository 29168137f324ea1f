import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PacketReader } from './reader.js'

function packet(size: number): Buffer {
  const length: number[] = []
  for (let rest = size; ; ) {
    const low = rest & 127
    rest >>= 7
    length.push(rest > 0 ? low | 128 : low)
    if (rest === 0) break
  }
  return Buffer.concat([Buffer.from([0x30, ...length]), Buffer.alloc(size, size & 255)])
}

function reader(maxBytes = 1_000_000) {
  const packets: string[] = []
  const problems: string[] = []
  const read: PacketReader = new PacketReader(maxBytes, {
    packet: (bytes, start, _body, end) => packets.push(bytes.subarray(start, end).toString('hex')),
    bad: (problem) => problems.push(problem),
  })
  return { read, packets, problems }
}

const push = (read: PacketReader, bytes: Buffer) => read.push(bytes, 0, bytes.length)

describe('PacketReader', () => {
  it('finds the same packets however the bytes are cut, held or not', () => {
    const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(127, 128, 16_383, 16_384)), {
      maxLength: 8,
    })
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        sizes,
        cuts,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        (lengths, steps, holds) => {
          const { read, packets } = reader()
          const wanted = lengths.map(packet)
          const bytes = Buffer.concat(wanted)
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const step = steps[i % steps.length] ?? 1
            if (holds[i % holds.length]) read.hold()
            push(read, bytes.subarray(at, at + step))
            if (i % 2 === 0) read.release()
            at += step
          }
          read.release()
          expect(packets).toEqual(wanted.map((one) => one.toString('hex')))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('lets nothing out while held, and the rest on release', () => {
    const packets: number[] = []
    const read: PacketReader = new PacketReader(100, {
      packet: (bytes, start) => {
        packets.push(bytes[start + 1] ?? 0)
        read.hold()
      },
      bad: () => {},
    })
    push(read, Buffer.concat([packet(1), packet(2), packet(3)]))
    expect(packets).toEqual([1])
    read.release()
    expect(packets).toEqual([1, 2])
  })

  it('reports a packet above the limit on the bytes that state its length', () => {
    const { read, problems } = reader(1_000)
    push(read, Buffer.from([0x30, 0xff]))
    expect(problems).toEqual([])
    push(read, Buffer.from([0xff, 0xff, 0x7f]))
    expect(problems).toEqual(['too_large'])
    push(read, packet(1))
    expect(problems).toHaveLength(1)
  })

  it('takes a packet of exactly the limit', () => {
    const { read, packets, problems } = reader(102)
    push(read, packet(100))
    expect([packets.length, problems.length]).toEqual([1, 0])
  })

  it('reports a length of more than four bytes', () => {
    const { read, problems } = reader()
    push(read, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))
    expect(problems).toEqual(['malformed'])
  })

  it('joins a huge packet, and never writes again into one it has handed out', () => {
    const held: Buffer[] = []
    const read = new PacketReader(2_000_000, {
      packet: (bytes, start, _body, end) => held.push(bytes.subarray(start, end)),
      bad: () => {},
    })
    const wanted = [1_048_576, 5, 200_000, 65_536, 70_000, 3].map(packet)
    const bytes = Buffer.concat(wanted)
    for (let at = 0; at < bytes.length; at += 65_536) push(read, Buffer.from(bytes.subarray(at, at + 65_536)))
    expect(held).toHaveLength(wanted.length)
    for (const [i, one] of held.entries()) expect(one.equals(wanted[i] ?? one.subarray(1))).toBe(true)
  })
})
