import net from 'node:net'
import { WebSocket } from 'ws'

export const transports = ['tcp', 'ws'] as const
export type TransportName = (typeof transports)[number]

/** Where a broker listens on the loopback address. */
export interface Target {
  tcpPort: number
  wsPort: number
}

/** A byte stream to the broker, below MQTT. */
export interface Wire {
  write(bytes: Buffer): void
  /** Ends it from this side in the transport's orderly way. */
  end(): void
  /** Ends it at once, like a network that fails. */
  drop(): void
}

export interface WireEvents {
  onBytes(bytes: Buffer): void
  onClosed(): void
}

/** Connects; a WebSocket offers the subprotocol mqtt and takes binary frames only. */
export function openWire(transport: TransportName, target: Target, events: WireEvents): Promise<Wire> {
  return transport === 'tcp' ? openTcp(target.tcpPort, events) : openWebSocket(target.wsPort, events)
}

function openTcp(port: number, events: WireEvents): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    socket.on('error', reject)
    socket.on('data', events.onBytes)
    socket.on('close', events.onClosed)
    socket.on('connect', () =>
      resolve({
        write: (bytes) => void socket.write(bytes),
        end: () => void socket.end(),
        drop: () => void socket.resetAndDestroy(),
      }),
    )
  })
}

function openWebSocket(port: number, events: WireEvents): Promise<Wire> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt', { perMessageDeflate: false })
    socket.on('error', reject)
    socket.on('message', (data, isBinary) => {
      if (!isBinary || !Buffer.isBuffer(data)) return socket.terminate()
      events.onBytes(data)
    })
    socket.on('close', events.onClosed)
    socket.on('open', () =>
      resolve({
        write: (bytes) => {
          if (socket.readyState === WebSocket.OPEN) socket.send(bytes)
        },
        end: () => socket.close(),
        drop: () => socket.terminate(),
      }),
    )
  })
}
