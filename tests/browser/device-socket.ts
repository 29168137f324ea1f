import mqtt, { type MqttClient } from 'mqtt'

interface SocketOptions {
  url: string
  clientId: string
  username: string
  password: string
}

/** Connects as a device does; rejects when refused, and never comes back by itself. */
export function connectSocket({ url, clientId, username, password }: SocketOptions): Promise<MqttClient> {
  return mqtt.connectAsync(url, { clientId, username, password, reconnectPeriod: 0 })
}

/** Resolves when the platform has ended the connection. */
export function ended(socket: MqttClient): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', () => resolve())
    if (!socket.connected) resolve()
  })
}
