import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Bytes } from '../bytes/bytes.js'
import { type Packet, PacketReader, PauseReason } from './packet-reader.js'

function publishOf(size: number): Buffer {
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
    packet: (packet) => packets.push(wholeOf(packet).toString('hex')),
    partialPacket: () => {},
    invalidPacket: (problem) => problems.push(problem),
  })
  return { read, packets, problems }
}

function wholeOf({ bytes, start, end, rest }: Packet): Buffer {
  return Buffer.concat([bytes.buffer.subarray(start, end), ...(rest ?? [])])
}

const push = (read: PacketReader, bytes: Buffer) => read.push(new Bytes(bytes), 0, bytes.length)

describe('PacketReader', () => {
  it('finds the same packets however the bytes are cut, paused or not', () => {
    const sizes = fc.array(fc.oneof(fc.nat(3), fc.nat(300), fc.constantFrom(127, 128, 16_383, 16_384)), {
      maxLength: 8,
    })
    const cuts = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(
        sizes,
        cuts,
        fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }),
        (lengths, steps, pauses) => {
          const { read, packets } = reader()
          const wanted = lengths.map(publishOf)
          const bytes = Buffer.concat(wanted)
          for (let at = 0, i = 0; at < bytes.length; i++) {
            const step = steps[i % steps.length] ?? 1
            if (pauses[i % pauses.length]) read.pause(PauseReason.turn)
            push(read, bytes.subarray(at, at + step))
            if (i % 2 === 0) read.resume(PauseReason.turn)
            at += step
          }
          read.resume(PauseReason.turn)
          expect(packets).toEqual(wanted.map((one) => one.toString('hex')))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('passes nothing on while paused, and the rest when resumed', () => {
    const packets: number[] = []
    const read = new PacketReader(100, {
      packet: ({ bytes, start }) => {
        packets.push(bytes.buffer[start + 1] ?? 0)
        read.pause(PauseReason.turn)
      },
      partialPacket: () => {},
      invalidPacket: () => {},
    })
    push(read, Buffer.concat([publishOf(1), publishOf(2), publishOf(3)]))
    expect(packets).toEqual([1])
    read.resume(PauseReason.turn)
    expect(packets).toEqual([1, 2])
  })

  it('reports a packet above the limit on the bytes that state its length', () => {
    const { read, problems } = reader(1_000)
    push(read, Buffer.from([0x30, 0xff]))
    expect(problems).toEqual([])
    push(read, Buffer.from([0xff, 0xff, 0x7f]))
    expect(problems).toEqual(['too_large'])
    push(read, publishOf(1))
    expect(problems).toHaveLength(1)
  })

  it('takes a packet of exactly the limit', () => {
    const { read, packets, problems } = reader(102)
    push(read, publishOf(100))
    expect([packets.length, problems.length]).toEqual([1, 0])
  })

  it('reports a length of more than four bytes', () => {
    const { read, problems } = reader()
    push(read, Buffer.from([0x30, 0x80, 0x80, 0x80, 0x80]))
    expect(problems).toEqual(['malformed'])
  })

  it('never writes again into a packet it has passed on', () => {
    const held: Buffer[][] = []
    const read = new PacketReader(2_000_000, {
      packet: ({ bytes, start, end, rest }) => {
        held.push([bytes.buffer.subarray(start, end), ...(rest ?? [])])
      },
      partialPacket: () => {},
      invalidPacket: () => {},
    })
    const wanted = [1_048_576, 5, 200_000, 65_536, 70_000, 3].map(publishOf)
    const bytes = Buffer.concat(wanted)
    for (let at = 0; at < bytes.length; at += 65_536) push(read, Buffer.from(bytes.subarray(at, at + 65_536)))
    expect(held).toHaveLength(wanted.length)
    for (const [i, one] of held.entries())
      expect(Buffer.concat(one).equals(wanted[i] ?? Buffer.alloc(0))).toBe(true)
  })

  it('passes on a large PUBLISH in the pieces in which it came, joined up to its payload', () => {
    const topic = Buffer.alloc(5_000, 't')
    const content = Buffer.concat([Buffer.from([5_000 >> 8, 5_000 & 255]), topic, Buffer.alloc(95_000, 'p')])
    const whole = Buffer.concat([Buffer.from([0x30, 0xa2, 0x8d, 0x06]), content])
    for (const cuts of [
      [6_000, 50_000],
      [3, 4_500, 60_000],
      [1, 2, 3, 4, 5, 5_005, 5_009, 90_000],
      [99_000],
    ]) {
      const packets: Packet[] = []
      const read = new PacketReader(200_000, {
        packet: (packet) => packets.push(packet),
        partialPacket: () => {},
        invalidPacket: () => {},
      })
      const places = [0, ...cuts, whole.length]
      const chunks = cuts.map((cut, i) => Buffer.from(whole.subarray(places[i], cut)))
      chunks.push(Buffer.from(whole.subarray(cuts.at(-1))))
      for (const chunk of chunks) push(read, chunk)
      expect(packets).toHaveLength(1)
      const { bytes, start, body, end, rest } = packets[0] as Packet
      expect(wholeOf(packets[0] as Packet).equals(whole)).toBe(true)
      expect(end - start).toBeGreaterThanOrEqual(body - start + 2 + topic.length)
      // The last piece is as it came.
      const last = rest?.at(-1) ?? bytes.buffer
      expect(last.length < 4_096 || last.buffer === chunks.at(-1)?.buffer).toBe(true)
    }
  })

  it('joins small pieces, and every packet that is no PUBLISH', () => {
    const sizes: number[] = []
    const read = new PacketReader(200_000, {
      packet: ({ rest }) => sizes.push(rest?.length ?? 0),
      partialPacket: () => {},
      invalidPacket: () => {},
    })
    const publish = publishOf(100_000)
    for (let at = 0; at < publish.length; at += 100) push(read, publish.subarray(at, at + 100))
    const subscribe = publishOf(100_000)
    subscribe[0] = 0x82
    for (let at = 0; at < subscribe.length; at += 30_000) push(read, subscribe.subarray(at, at + 30_000))
    expect(sizes).toEqual([0, 0])
  })
})
