import type { IssuedApplication } from '@heliograph/protocol'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { HttpClient } from '../../support/http-client.js'
import { type Message, record } from '../mqtt/support.js'

/** Makes an application that may do this. */
export function createApplication(
  client: HttpClient,
  {
    name = 'Node-RED',
    ...rights
  }: { name?: string; subscribe?: string[]; publish?: string[]; origins?: string[] },
): Promise<IssuedApplication> {
  return client.send<IssuedApplication>('POST', '/api/v1/applications', { name, ...rights })
}

type Secret = Pick<IssuedApplication, 'username' | 'password' | 'urls'>
type Options = IClientOptions & { url?: string; origin?: string }

/** Connects an application once, without reconnecting. Rejects when it is refused. */
export function connectApplication(application: Secret, options: Options = {}): Promise<MqttClient> {
  const { address, all } = connectOptions(application, options)
  return mqtt.connectAsync(address, all, false)
}

/** Connects to a stored session, and records what it was kept from the first packet on. */
export function resumeApplication(
  application: Secret,
  options: Options,
): { client: MqttClient; seen: Message[] } {
  const { address, all } = connectOptions(application, { ...options, clean: false })
  const client = mqtt.connect(address, all)
  return { client, seen: record(client) }
}

function connectOptions({ username, password, urls }: Secret, { url, origin, ...more }: Options) {
  const webSocket = origin === undefined ? {} : { wsOptions: { headers: { origin } } }
  const address = url ?? (origin === undefined ? urls.tcp : urls.ws) ?? urls.ws
  return { address, all: { ...once, username, password, ...webSocket, ...more } }
}

const once: IClientOptions = { protocolVersion: 4, reconnectPeriod: 0, connectTimeout: 20_000 }

/** The reason code that a SUBSCRIBE of MQTT 5 gets for a filter. */
export async function grantOf(client: MqttClient, filter: string): Promise<number | undefined> {
  return new Promise((resolve, reject) =>
    client.subscribe(filter, { qos: 1 }, (error, _granted, packet) => {
      const [code] = packet?.granted ?? []
      if (typeof code === 'number') resolve(code)
      else reject(error ?? new Error('no SUBACK'))
    }),
  )
}
