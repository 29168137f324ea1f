import { createServer, type Socket } from 'node:net'
import {
  generate,
  type IConnackPacket,
  type IConnectPacket,
  type IPubackPacket,
  type IPublishPacket,
  type Packet,
  parser,
} from 'mqtt-packet'

const protocolVersion = 5

/** How the broker behaves on one connection. By default it accepts and acknowledges everything. */
export interface Script {
  /** The reason code of CONNACK. */
  connack?: number
  connackProperties?: IConnackPacket['properties']
  /** Packets in the same segment as CONNACK. */
  withConnack?: Packet[]
  closeAfterConnack?: boolean
  /** Return false to leave a publish unacknowledged. */
  acknowledge?: (packet: IPublishPacket) => boolean
  /** Refuses a publish that is acknowledged: the reason code and the properties of its PUBACK. */
  refuse?: (packet: IPublishPacket) => Pick<IPubackPacket, 'reasonCode' | 'properties'>
  /** True closes the connection at a publish that is left unacknowledged. */
  loseWhenUnacknowledged?: boolean
  /** False leaves pings unanswered, as a dead connection does. */
  answerPings?: boolean
  /** Filters that are denied (0x87). */
  deny?: string[]
}

export interface ScriptedConnection {
  connect: IConnectPacket
  send(packet: Packet): void
  end(): void
  destroy(): void
}

/**
 * A broker on a real socket that follows a test's scripts: the nth connection follows the nth script, and
 * all later connections the last script.
 */
export async function scriptedBroker(scripts: Script[]) {
  const connections: ScriptedConnection[] = []
  const published: IPublishPacket[] = []
  const subscribed: string[][] = []
  const unsubscribed: string[][] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    const script = scripts[Math.min(connections.length, scripts.length - 1)] ?? {}
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket)).on('error', () => {})
    const send = (packet: Packet) => void socket.write(generate(packet, { protocolVersion }))
    const reader = parser({ protocolVersion })
    socket.on('data', (data) => reader.parse(data))
    reader.on('packet', (packet: Packet) => {
      switch (packet.cmd) {
        case 'connect':
          connections.push({
            connect: packet,
            send,
            end: () => socket.end(),
            destroy: () => socket.destroy(),
          })
          socket.cork()
          send({
            cmd: 'connack',
            reasonCode: script.connack ?? 0,
            sessionPresent: false,
            properties: script.connackProperties,
          })
          for (const other of script.withConnack ?? []) send(other)
          socket.uncork()
          if (script.closeAfterConnack) socket.end()
          return
        case 'publish':
          published.push(packet)
          if (packet.qos === 0) return
          if (script.acknowledge?.(packet) ?? true)
            send({
              cmd: 'puback',
              messageId: packet.messageId ?? 0,
              reasonCode: 0,
              ...script.refuse?.(packet),
            })
          else if (script.loseWhenUnacknowledged) socket.destroy()
          return
        case 'subscribe': {
          const filters = packet.subscriptions.map(({ topic }) => topic)
          subscribed.push(filters)
          const granted = filters.map((filter) => (script.deny?.includes(filter) ? 0x87 : 0))
          return send({ cmd: 'suback', messageId: packet.messageId ?? 0, granted })
        }
        case 'unsubscribe':
          unsubscribed.push(packet.unsubscriptions)
          return send({
            cmd: 'unsuback',
            messageId: packet.messageId ?? 0,
            granted: packet.unsubscriptions.map(() => 0),
          } as Packet)
        case 'pingreq':
          if (script.answerPings !== false) send({ cmd: 'pingresp' })
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `mqtt://127.0.0.1:${port}`,
    connections,
    published,
    subscribed,
    unsubscribed,
    close: () => {
      for (const socket of sockets) socket.destroy()
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
