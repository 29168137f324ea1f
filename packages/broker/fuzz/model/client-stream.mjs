import { MqttModel } from './mqtt.mjs'
import { WebSocketModel } from './websocket.mjs'

/** Checks all bytes that one client sends on one connection. */
export class ClientStream {
  mqtt = new MqttModel()
  frames

  /** @param {'tcp' | 'ws'} transport */
  constructor(transport) {
    this.frames = transport === 'ws' ? new WebSocketModel((data) => this.mqtt.push(data)) : null
  }

  /** Why the broker must end the connection, or null. */
  get problem() {
    return this.mqtt.problem ?? this.frames?.problem ?? null
  }

  /** Why the broker may end the connection, or null. */
  get excuses() {
    return [...this.mqtt.excuses, ...(this.frames?.excuses ?? [])]
  }

  /** Whether a whole packet could follow now. */
  get atBoundary() {
    return this.problem === null && this.mqtt.missing === 0 && !this.frames?.inHeader
  }

  /**
   * Reads bytes as they were written to the socket.
   * @param {Buffer} bytes
   */
  push(bytes) {
    if (this.frames) this.frames.push(bytes)
    else this.mqtt.push(bytes)
  }

  /**
   * Gives MQTT bytes the form that the socket needs.
   * @param {Buffer} data
   */
  wrap(data) {
    return this.frames ? this.frames.wrap(data) : data
  }
}
