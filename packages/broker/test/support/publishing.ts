import type { IPublishPacket, ISubscribePacket, ISubscription } from 'mqtt-packet'
import type { RawClient } from './raw-client.js'

type Asked = Partial<ISubscription> & { topic: string }

/** Subscribes to one filter with options of MQTT 5, at QoS 1 unless told otherwise. */
export async function subscribe(
  client: RawClient,
  asked: Asked,
  properties: ISubscribePacket['properties'] = {},
): Promise<void> {
  client.send({ cmd: 'subscribe', messageId: 9, subscriptions: [{ qos: 1, ...asked }], properties })
  await client.next('suback')
}

/** Publishes at QoS 1 and with packet id 1, unless told otherwise. */
export function publish(client: RawClient, given: Partial<IPublishPacket> & { topic: string }): void {
  const qos = given.qos ?? 1
  client.send({ cmd: 'publish', payload: 'x', retain: false, dup: false, messageId: 1, ...given, qos })
}

/** Everything that was sent to a client before has arrived. */
export async function settle(...clients: RawClient[]): Promise<void> {
  for (const client of clients) client.send({ cmd: 'pingreq' })
  await Promise.all(clients.map((client) => client.next('pingresp')))
}

/** The PUBLISH packets that a client has received. */
export const publishes = (client: RawClient) =>
  client.received.filter((packet): packet is IPublishPacket => packet.cmd === 'publish')
