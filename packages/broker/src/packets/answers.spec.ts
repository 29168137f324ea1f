import fc from 'fast-check'
import mqttPacket, { type Packet } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { acknowledgement, connack, disconnect, refusingConnack, suback, unsuback } from './answers.js'
import { Property } from './property.js'
import { PropertyWriter } from './property-writer.js'

// What clients of MQTT 5 are sent, against an independent decoder.

function decoded(bytes: Buffer): Packet {
  const packets: Packet[] = []
  mqttPacket
    .parser({ protocolVersion: 5 })
    .on('packet', (packet) => packets.push(packet))
    .parse(bytes)
  if (packets.length !== 1) throw new Error(`${packets.length} packets`)
  return packets[0] as Packet
}

const open = { tellsProblems: true, maximumPacketSize: Number.POSITIVE_INFINITY }
const quiet = { ...open, tellsProblems: false }
const reasonString = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞'), maxLength: 300 })
const value = fc.string({ unit: fc.constantFrom('a', 'é', '𝄞'), minLength: 1, maxLength: 300 })
const problems = fc.record({
  reasonString: fc.option(reasonString, { nil: undefined }),
  userProperties: fc.array(
    fc.tuple(fc.constantFrom('a', 'b'), value) as fc.Arbitrary<readonly [string, string]>,
    {
      maxLength: 3,
    },
  ),
})
const packetId = fc.integer({ min: 1, max: 0xffff })

describe('a CONNACK that lets a client in', () => {
  it('is read with every property that it was written with', () => {
    const properties = fc.record(
      {
        sessionExpiryInterval: fc.integer({ min: 0, max: 0xffffffff }),
        receiveMaximum: fc.integer({ min: 1, max: 0xffff }),
        maximumPacketSize: fc.integer({ min: 1, max: 0xffffffff }),
        assignedClientIdentifier: reasonString,
        topicAliasMaximum: fc.integer({ min: 0, max: 0xffff }),
        serverKeepAlive: fc.integer({ min: 0, max: 0xffff }),
        responseInformation: reasonString,
      },
      { requiredKeys: ['receiveMaximum'] },
    )
    fc.assert(
      fc.property(fc.boolean(), properties, (sessionPresent, given) => {
        const writer = new PropertyWriter()
        for (const [name, value] of Object.entries(given))
          writer.add(Property[name as keyof typeof Property], value)
        const packet = decoded(connack(sessionPresent, writer))
        expect(packet).toMatchObject({ cmd: 'connack', sessionPresent, reasonCode: 0 })
        expect({ ...(packet as { properties?: object }).properties }).toEqual(given)
      }),
    )
  })
})

describe('an answer with a problem', () => {
  const answers: [string, Packet['cmd'], (problem: object, rules: typeof open, id: number) => Buffer][] = [
    ['CONNACK', 'connack', (problem, rules) => refusingConnack(0x87, problem, rules)],
    [
      'PUBACK',
      'puback',
      (problem, rules, id) => acknowledgement(0x40, { packetId: id, code: 0x87, ...problem }, rules),
    ],
    [
      'SUBACK',
      'suback',
      (problem, rules, id) => suback({ packetId: id, codes: [0x87], ...problem }, 5, rules),
    ],
    [
      'UNSUBACK',
      'unsuback',
      (problem, rules, id) => unsuback({ packetId: id, codes: [0x87], ...problem }, 5, rules),
    ],
    ['DISCONNECT', 'disconnect', (problem, rules) => disconnect(0x87, problem, rules)],
  ]

  it.each(answers)('%s tells it, as far as the client wants it and takes it', (_name, cmd, write) => {
    fc.assert(
      fc.property(problems, packetId, fc.integer({ min: 12, max: 1_000 }), (problem, id, most) => {
        const whole = write(problem, open, id)
        const packet = decoded(whole) as Packet & { properties?: Record<string, unknown> }
        expect(packet.cmd).toBe(cmd)
        expect(packet.properties?.reasonString).toBe(problem.reasonString)
        const told = Object.values((packet.properties?.userProperties ?? {}) as object).flat()
        expect(told.sort()).toEqual(problem.userProperties.map(([, value]) => value).sort())
        expect(decoded(write(problem, quiet, id))).not.toHaveProperty('properties.reasonString')
        const small = write(problem, { ...open, maximumPacketSize: most }, id)
        expect(small.length).toBeLessThanOrEqual(most)
        if (whole.length <= most) expect(small).toEqual(whole)
        decoded(small)
      }),
    )
  })
})
