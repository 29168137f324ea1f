import mqttPacket, { type IConnackPacket, type IConnectPacket } from 'mqtt-packet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuthenticateResult, ConnectRequest } from '../src/interface/hooks.js'
import { MemoryPersistence } from '../src/persistence/memory-persistence.js'
import { type OursOptions, type RunningOurs, startOurs } from './support/brokers.js'
import { connectPacket, RawClient, type Via } from './support/raw-client.js'

let broker: RunningOurs

beforeEach(async () => {
  broker = await startOurs()
})

afterEach(() => broker.stop())

async function restart(options: OursOptions): Promise<void> {
  await broker.stop()
  broker = await startOurs(options)
}

const five = (options: Partial<IConnectPacket> = {}) => connectPacket({ protocolVersion: 5, ...options })

/** Sends a CONNECT, and returns the CONNACK. */
async function asked(options: Partial<IConnectPacket>, via: Via = 'tcp'): Promise<IConnackPacket> {
  const client = await RawClient.open(broker, via)
  client.send(five(options))
  return client.next('connack')
}

/** Sends a CONNECT that the encoder refuses to write, changed from one that it writes. */
async function askedWith(packet: Partial<IConnectPacket>, change: (bytes: Buffer) => Buffer) {
  const client = await RawClient.open(broker)
  client.expectVersion(5)
  client.write(change(mqttPacket.generate(five(packet), { protocolVersion: 5 })))
  return client.next('connack')
}

const flagsAt = 9
const cleanStart = 2
const hasUsername = 128

describe.each<Via>(['tcp', 'ws'])('CONNACK over %s', (via) => {
  it('states what the broker takes, and nothing that is as the client asked', async () => {
    const connack = await asked({ keepalive: 60, properties: { sessionExpiryInterval: 30 } }, via)
    expect(connack).toMatchObject({ reasonCode: 0, sessionPresent: false })
    expect(connack.properties).toEqual({
      receiveMaximum: 900,
      maximumPacketSize: 2 * 1024 * 1024,
      topicAliasMaximum: 64,
    })
  })
})

describe('CONNACK', () => {
  it('states the limits of the host and of the client', async () => {
    await restart({
      limits: { maxKeepAliveMs: 50_000, sessionExpiryMs: 90_000, maxTopicAliases: 3, receiveMaximum: 7 },
      hooks: {
        authenticate: ({ clientId }) => ({
          ok: true,
          principal: clientId,
          sessionId: clientId,
          maxPacketBytes: 1_000,
        }),
      },
    })
    const properties = { sessionExpiryInterval: 0xffffffff }
    expect((await asked({ keepalive: 51, properties })).properties).toEqual({
      sessionExpiryInterval: 90,
      receiveMaximum: 7,
      maximumPacketSize: 1_000,
      topicAliasMaximum: 3,
      serverKeepAlive: 50,
    })
    expect((await asked({ keepalive: 0 })).properties).toMatchObject({ serverKeepAlive: 50 })
    expect((await asked({ keepalive: 50 })).properties).not.toHaveProperty('serverKeepAlive')
  })

  it('assigns a client id to a client without one, the host’s or a random one [MQTT-3.2.2-16]', async () => {
    const ids = new Set<string | undefined>()
    const notClean = (bytes: Buffer) => {
      bytes.writeUInt8(bytes.readUInt8(flagsAt) & ~cleanStart, flagsAt)
      return bytes
    }
    for (const connack of [await asked({ clientId: '' }), await askedWith({ clientId: '' }, notClean)])
      ids.add(connack.properties?.assignedClientIdentifier)
    expect([...ids]).toEqual([...ids].map(() => expect.stringMatching(/^auto-[0-9a-f]{24}$/)))
    expect(ids.size).toBe(2)
    await restart({
      hooks: {
        authenticate: () => ({ ok: true, principal: 'p', sessionId: 's', clientId: 'from the host' }),
      },
    })
    const { properties } = await asked({ clientId: '' })
    expect(properties).toMatchObject({ assignedClientIdentifier: 'from the host' })
    expect([...broker.broker.clients()]).toMatchObject([{ clientId: 'from the host' }])
  })

  it('has the response information of the host when the client asks for it [MQTT-3.1.2-28]', async () => {
    const responseInformation = 'replies/pump'
    await restart({
      hooks: {
        authenticate: ({ clientId }) => ({
          ok: true,
          principal: clientId,
          sessionId: clientId,
          responseInformation,
        }),
      },
    })
    const properties = { requestResponseInformation: true }
    expect((await asked({ properties })).properties).toMatchObject({ responseInformation })
    expect((await asked({})).properties).not.toHaveProperty('responseInformation')
  })

  it('refuses enhanced authentication with 0x8C, and asks nobody', async () => {
    let requests = 0
    await restart({
      hooks: {
        authenticate: () => {
          requests++
          return { ok: false, reason: 'not_authorized' }
        },
      },
    })
    const properties = { authenticationMethod: 'SCRAM-SHA-1', authenticationData: Buffer.from('x') }
    expect(await asked({ properties })).toMatchObject({ reasonCode: 0x8c })
    expect(requests).toBe(0)
    expect(broker.refusals).toMatchObject([{ stage: 'connect', reason: 'unsupported' }])
  })
})

describe('a refused CONNECT', () => {
  const refusing = (result: Extract<AuthenticateResult<string>, { ok: false }>) =>
    restart({ hooks: { authenticate: () => result } })

  it.each([
    ['bad_credentials', 0x86, 4],
    ['not_authorized', 0x87, 5],
    ['revoked', 0x87, 5],
    ['expired', 0x87, 5],
    ['wrong_client_id', 0x85, 2],
    ['quota', 0x97, 3],
    ['rate', 0x9f, 3],
    ['refused_messages', 0x8a, 3],
    ['server_unavailable', 0x88, 3],
    ['server_error', 0x80, 3],
  ] as const)('as %s has the code of its version', async (reason, reasonCode, returnCode) => {
    await refusing({ ok: false, reason })
    const connack = await asked({})
    expect(connack).toMatchObject({ reasonCode, sessionPresent: false })
    expect(connack.properties?.reasonString).toBeTypeOf('string')
    expect(await asked({ protocolVersion: 4 })).toMatchObject({ returnCode })
  })

  it('tells the host’s text, and nothing to a client that wants no problem information [MQTT-3.1.2-29]', async () => {
    await refusing({ ok: false, reason: 'quota', detail: 'for the host', reasonString: 'for the client' })
    expect((await asked({})).properties).toEqual({ reasonString: 'for the client' })
    expect((await asked({ properties: { requestProblemInformation: false } })).properties).toBeUndefined()
    expect(broker.refusals[0]).toMatchObject({ reason: 'quota', detail: 'for the host' })
    expect(JSON.stringify(broker.refusals)).not.toContain('for the client')
  })

  it('leaves the text out when the client takes no packet as large [MQTT-3.2.2-19]', async () => {
    await refusing({ ok: false, reason: 'quota', reasonString: 'x'.repeat(200) })
    expect((await asked({ properties: { maximumPacketSize: 208 } })).properties).toBeUndefined()
    expect((await asked({ properties: { maximumPacketSize: 210 } })).properties).toBeDefined()
  })

  it('with a reason that is none, or a text of no type, affects only its own client', async () => {
    await refusing({ ok: false, reason: 'nonsense' as never })
    expect(await asked({})).toMatchObject({ reasonCode: 0x80 })
    await refusing({ ok: false, reason: 'quota', reasonString: 'x'.repeat(70_000) })
    expect(await asked({})).toMatchObject({ reasonCode: 0x80 })
    expect(await asked({ protocolVersion: 4 })).toMatchObject({ returnCode: 3 })
  })

  it('of a malformed packet has 0x81 or 0x82 [MQTT-4.13.1-1]', async () => {
    const codeOf = async (bytes: number[]) => {
      const client = await RawClient.open(broker)
      client.write(bytes)
      await client.closed
      return client.firstBytes
    }
    const head = [0x10, 16, 0, 4, 77, 81, 84, 84, 5, 2, 0, 0]
    expect(await codeOf([...head, 3, 0x21, 0, 0, 0, 0])).toEqual([0x20, 3, 0, 0x82, 0])
    expect(await codeOf([...head, 3, 0x7f, 0, 0, 0, 0])).toEqual([0x20, 3, 0, 0x81, 0])
    expect(await codeOf([0x10, 8, 0, 4, 77, 81, 84, 84, 6, 2])).toEqual([0x20, 2, 0, 1])
    expect(broker.refusals.map(({ reason }) => reason)).toEqual([
      ...['malformed', 'malformed', 'unsupported_protocol'],
    ])
  })
})

describe('a CONNECT', () => {
  it('tells the host its version, user properties, and a password without a user name', async () => {
    const requests: ConnectRequest[] = []
    await restart({
      hooks: {
        authenticate: (request) => {
          requests.push(request)
          return { ok: true, principal: 'p', sessionId: request.clientId }
        },
      },
    })
    const userProperties = { firmware: ['1', '2'], model: 'x' }
    const login = { clientId: 'a', username: 'u', password: Buffer.from('secret') }
    await askedWith({ ...login, properties: { userProperties } }, (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(flagsAt) & ~hasUsername, flagsAt)
      bytes.writeUInt8(bytes.readUInt8(1) - 3, 1)
      const at = bytes.indexOf('secret') - 5
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 3)])
    })
    await asked({ clientId: 'b', protocolVersion: 4 })
    expect(requests[0]).toMatchObject({
      protocolVersion: 5,
      password: Buffer.from('secret'),
      userProperties: [
        ['firmware', '1'],
        ['firmware', '2'],
        ['model', 'x'],
      ],
    })
    expect(requests[0]).not.toHaveProperty('username')
    expect(requests[1]).toMatchObject({ protocolVersion: 4, userProperties: [] })
  })

  it('keeps its session for as long as it asked, and no longer, over a restart too', async () => {
    const persistence = new MemoryPersistence()
    await restart({ persistence })
    const stay = { clientId: 'stays', clean: true, properties: { sessionExpiryInterval: 100 } }
    const first = await RawClient.connect(broker, { ...five(stay) })
    await first.subscribe({ topic: 'kept/#', qos: 1 })
    const brief = await RawClient.connect(broker, five({ clientId: 'brief', clean: true }))
    await brief.subscribe({ topic: 'kept/#', qos: 1 })
    for (const client of [first, brief]) {
      client.send({ cmd: 'disconnect' })
      await client.closed
    }
    await restart({ persistence })
    const resumed = await asked({ ...stay, clean: false })
    expect(resumed).toMatchObject({ sessionPresent: true })
    expect(await asked({ clientId: 'brief', clean: false })).toMatchObject({ sessionPresent: false })
    expect(await asked({ ...stay, clean: true })).toMatchObject({ sessionPresent: false })
  })
})

describe('DISCONNECT of a client', () => {
  const stay = { clientId: 'stays', properties: { sessionExpiryInterval: 100 } }

  it('may end the session at once, or extend it [MQTT-3.14.2-2]', async () => {
    for (const [sessionExpiryInterval, sessionPresent] of [
      [0, false],
      [200, true],
    ] as const) {
      const client = await RawClient.connect(broker, five(stay))
      client.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval } })
      await client.closed
      expect(await asked({ ...stay, clean: false })).toMatchObject({ sessionPresent })
    }
  })

  it('may not give an expiry to a session that had none', async () => {
    const client = await RawClient.connect(broker, five({ clientId: 'brief' }))
    client.send({ cmd: 'disconnect', reasonCode: 0, properties: { sessionExpiryInterval: 1 } })
    expect(await client.next('disconnect')).toMatchObject({ reasonCode: 0x82 })
    await client.closed
    expect(broker.disconnects).toMatchObject([{ reason: 'malformed' }])
  })
})
