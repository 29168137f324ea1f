import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes } from './bytes.js'
import { PacketReader, type PacketSink } from './reader.js'

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
  const read = new PacketReader(maxBytes, {
    packet: (...args) => packets.push(wholeOf(...args).toString('hex')),
    bad: (problem) => problems.push(problem),
  })
  return { read, packets, problems }
}

type Packet = Parameters<PacketSink['packet']>

function wholeOf(...[bytes, start, _body, end, rest]: Packet): Buffer {
  return Buffer.concat([bytes.buffer.subarray(start, end), ...(rest ?? [])])
}

const push = (read: PacketReader, bytes: Buffer) => read.push(new Bytes(bytes), 0, bytes.length)

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
    const read = new PacketReader(100, {
      packet: (bytes, start) => {
        packets.push(bytes.buffer[start + 1] ?? 0)
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

  it('never writes again into a packet it has handed out', () => {
    const held: Buffer[][] = []
    const read = new PacketReader(2_000_000, {
      packet: (bytes, start, _body, end, rest) => {
        held.push([bytes.buffer.subarray(start, end), ...(rest ?? [])])
      },
      bad: () => {},
    })
    const wanted = [1_048_576, 5, 200_000, 65_536, 70_000, 3].map(packet)
    const bytes = Buffer.concat(wanted)
    for (let at = 0; at < bytes.length; at += 65_536) push(read, Buffer.from(bytes.subarray(at, at + 65_536)))
    expect(held).toHaveLength(wanted.length)
    for (const [i, one] of held.entries())
      expect(Buffer.concat(one).equals(wanted[i] ?? Buffer.alloc(0))).toBe(true)
  })

  it('hands on a large PUBLISH in the pieces it came in, all before its payload joined', () => {
    const topic = Buffer.alloc(5_000, 't')
    const body = Buffer.concat([Buffer.from([5_000 >> 8, 5_000 & 255]), topic, Buffer.alloc(95_000, 'p')])
    const whole = Buffer.concat([Buffer.from([0x30, 0xa2, 0x8d, 0x06]), body])
    for (const cuts of [
      [6_000, 50_000],
      [3, 4_500, 60_000],
      [1, 2, 3, 4, 5, 5_005, 5_009, 90_000],
      [99_000],
    ]) {
      const packets: Packet[] = []
      const read = new PacketReader(200_000, { packet: (...args) => packets.push(args), bad: () => {} })
      const places = [0, ...cuts, whole.length]
      const chunks = cuts.map((cut, i) => Buffer.from(whole.subarray(places[i], cut)))
      chunks.push(Buffer.from(whole.subarray(cuts.at(-1))))
      for (const chunk of chunks) push(read, chunk)
      expect(packets).toHaveLength(1)
      const [bytes, start, from, end, rest] = packets[0] as Packet
      expect(wholeOf(...(packets[0] as Packet)).equals(whole)).toBe(true)
      expect(end - start).toBeGreaterThanOrEqual(from - start + 2 + topic.length)
      // The last piece is as it came.
      const last = rest?.at(-1) ?? bytes.buffer
      expect(last.length < 4_096 || last.buffer === chunks.at(-1)?.buffer).toBe(true)
    }
  })

  it('joins what comes in little pieces, and every packet that is no PUBLISH', () => {
    const sizes: number[] = []
    const read = new PacketReader(200_000, {
      packet: (_bytes, _start, _body, _end, rest) => sizes.push(rest?.length ?? 0),
      bad: () => {},
    })
    const publish = packet(100_000)
    for (let at = 0; at < publish.length; at += 100) push(read, publish.subarray(at, at + 100))
    const subscribe = packet(100_000)
    subscribe[0] = 0x82
    for (let at = 0; at < subscribe.length; at += 30_000) push(read, subscribe.subarray(at, at + 30_000))
    expect(sizes).toEqual([0, 0])
  })
})
