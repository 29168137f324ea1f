import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packets311 } from '../../packages/broker/conformance/support/bytes-311.js'
import {
  connectDevice,
  connectToken,
  eventually,
  type Message,
  registerDevice,
  requestToken,
  type TestDevice,
  watch,
} from '../integration/mqtt/support.js'
import { type Administrator, createAdministrator, createOrganization } from '../support/accounts.js'
import type { HttpClient } from '../support/http-client.js'
import { type Platform, startPlatform } from '../support/platform.js'
import { closed } from '../support/raw-socket.js'

let platform: Platform
let ours: Administrator
let theirs: HttpClient & { organization: string }
/** The attacker's, its neighbour, and a device of another organization. */
let device: TestDevice
let neighbour: TestDevice
let foreign: TestDevice

beforeAll(async () => {
  // Hundreds of connects of one device follow each other.
  platform = await startPlatform({ env: { MQTT_LIMITS: 'maxConnectsPerSecondPerOwner=10000' } })
  ours = await createAdministrator(platform)
  theirs = await createOrganization(ours)
  device = await registerDevice(ours)
  neighbour = await registerDevice(ours)
  foreign = await registerDevice(theirs)
})
afterAll(() => platform?.stop())

const payload = '{"attack":1}'

/** Topics that are not the device's own, and forms in which one might be taken for another. */
function topics(): string[] {
  const [a, b, mine] = [ours.organization, theirs.organization, `${ours.organization}/devices/${device.id}`]
  return [
    ...['telemetry', 'events', 'presence', 'notices', 'state/desired', 'state/reported'].flatMap(
      (channel) => [`${b}/devices/${foreign.id}/${channel}`, `${a}/devices/${neighbour.id}/${channel}`],
    ),
    ...[`${b}/fleet`, `${a}/fleet`, `${b}/apps/chat/all`, `${a}/apps/chat/all`],
    ...[`${mine}/presence`, `${mine}/notices`, `${mine}/state/desired`, `${mine}/commands/1/request`],
    ...['#', '+/#', `${a}/#`, `${a}/devices/+/telemetry`, `+/devices/${device.id}/telemetry`],
    ...['$SYS/broker/uptime', `$share/g/${b}/fleet`, `$queue/${b}/fleet`, `$${b}/fleet`],
    ...[`${mine}/telemetry\0`, `\0${b}/fleet`, `${b}/fleet\0`, `${mine}\0/../../../${b}/fleet`],
    ...[`${mine}/../${neighbour.id}/telemetry`, `${a}/../${b}/fleet`, `${mine}/%2e%2e/x`, `./${b}/fleet`],
    ...[`/${b}/fleet`, `${b}/fleet/`, `${b}//fleet`, `//${b}/fleet`, '/', ' ', ''],
    ...[`${b.toUpperCase()}/fleet`, ` ${b}/fleet`, `${b}/fleet `, `${b}/fl\u0435et`, `${b}\r\n/fleet`],
    ...[`${a}/devices/\u202e${device.id}/telemetry`, `${b}\u200b/fleet`, `\ufeff${b}/fleet`],
  ]
}

/** Sends bytes as the device, and resolves when they were read: a ping behind them is answered, or the connection ended. */
async function send(name: string, connect: object, ...packets: Buffer[]): Promise<Buffer> {
  const { username, password } = device.credential
  const clientId = `${device.id}:${name}`
  const socket = net.connect(platform.mqttPort, '127.0.0.1')
  socket.on('error', () => {})
  const pingreq = Buffer.of(0xc0, 0)
  socket.write(
    Buffer.concat([packets311.connect({ clientId, username, password, ...connect }), ...packets, pingreq]),
  )
  const pingresp = Buffer.of(0xd0, 0)
  let received = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk])
    // No DISCONNECT, so that the will is due.
    if (received.includes(pingresp)) socket.destroy()
  })
  await closed(socket)
  return received
}

const accepted = Buffer.of(0x20, 2, 0, 0)

/** Two people who read all of their organizations; what they see once each device has sent its own. */
async function seenMeanwhile(attack: () => Promise<void>): Promise<Message[]> {
  const readers = await Promise.all(
    [ours, theirs].map(async (organization) => {
      const client = await connectToken(await requestToken(organization))
      return { client, seen: await watch(client, `${organization.organization}/#`) }
    }),
  )
  await attack()
  for (const sender of [device, foreign]) {
    const client = await connectDevice(platform, sender, { clientId: `${sender.id}:last` })
    await client.publishAsync(sender.credential.topics.telemetry, '{"last":1}', { qos: 1 })
    await client.endAsync()
  }
  await Promise.all(
    readers.map(({ seen }) => eventually(() => expect(seen.map(({ text }) => text)).toContain('{"last":1}'))),
  )
  await Promise.all(readers.map(({ client }) => client.endAsync()))
  return readers.flatMap(({ seen }) => seen)
}

const attacksIn = (messages: readonly Message[]) =>
  messages.filter(({ text }) => text === payload).map(({ topic }) => topic)

describe('a device that sends to topics that are not its own', () => {
  it('reaches nobody, and leaves nothing retained', async () => {
    const seen = await seenMeanwhile(async () => {
      for (const [index, topic] of topics().entries()) {
        const fields = { qos: index % 3, retain: true }
        const received = await send(`p${index}`, {}, packets311.publish(topic, payload, fields))
        expect(received.subarray(0, accepted.length)).toEqual(accepted)
      }
    })
    expect(attacksIn(seen)).toEqual([])
    expect(attacksIn(await seenMeanwhile(async () => {}))).toEqual([])
  })

  it('reaches nobody by its will either', async () => {
    const seen = await seenMeanwhile(async () => {
      for (const [index, topic] of topics().entries())
        await send(`w${index}`, { will: { topic, payload, qos: index % 3, retain: true } })
    })
    expect(attacksIn(seen)).toEqual([])
    expect(attacksIn(await seenMeanwhile(async () => {}))).toEqual([])
  })

  it('is heard on its own topics, so that the attacks above would be seen', async () => {
    const { telemetry, events } = device.credential.topics
    const seen = await seenMeanwhile(async () => {
      await send('own', {}, packets311.publish(telemetry, payload, { qos: 1 }))
      await send('will', { will: { topic: events, payload: '{"level":"info","message":"gone"}' } })
    })
    expect(attacksIn(seen)).toEqual([telemetry])
    expect(seen.map(({ topic }) => topic)).toContain(events)
  })
})
