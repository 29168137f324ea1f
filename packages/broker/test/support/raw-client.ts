import { connect as connectTcp, type Socket } from 'node:net'
import mqttPacket, { type IConnectPacket, type Packet } from 'mqtt-packet'
import { WebSocket } from 'ws'

export interface Endpoint {
  tcpPort: number
  wsPort: number
}

export type Via = 'tcp' | 'ws'

/** An MQTT client for tests: sends any bytes, and keeps every packet that it receives. */
export class RawClient {
  readonly received: Packet[] = []
  readonly firstBytes: number[] = []
  readonly closed: Promise<void>
  isClosed = false
  /** As the CONNECT said that was sent. */
  readonly #settings = { protocolVersion: 4 }
  readonly #parser = mqttPacket.parser(this.#settings)
  readonly #waiting = new Set<() => void>()
  readonly #write: (bytes: Buffer) => void
  readonly #destroy: () => void
  readonly #pause: () => void
  readonly #resume: () => void
  readonly #unsent: () => number

  private constructor(
    write: (bytes: Buffer) => void,
    destroy: () => void,
    pause: () => void,
    resume: () => void,
    unsent: () => number,
    listen: (onData: (bytes: Buffer) => void, onClose: () => void) => void,
  ) {
    this.#write = write
    this.#destroy = destroy
    this.#pause = pause
    this.#resume = resume
    this.#unsent = unsent
    this.#parser.on('packet', (packet) => {
      this.received.push(packet)
      this.#wake()
    })
    this.closed = new Promise((resolve) => {
      listen(
        (bytes) => {
          if (this.firstBytes.length < keptBytes) this.firstBytes.push(...bytes.subarray(0, keptBytes))
          this.#parser.parse(bytes)
        },
        () => {
          this.isClosed = true
          resolve()
          this.#wake()
        },
      )
    })
  }

  static async open({ tcpPort, wsPort }: Endpoint, via: Via = 'tcp'): Promise<RawClient> {
    return via === 'tcp' ? RawClient.#overTcp(tcpPort) : RawClient.#overWebSocket(wsPort)
  }

  static async #overTcp(port: number): Promise<RawClient> {
    const socket: Socket = connectTcp({ port, host: '127.0.0.1', noDelay: true })
    await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject))
    socket.on('error', () => {})
    return new RawClient(
      (bytes) => socket.write(bytes),
      () => socket.destroy(),
      () => socket.pause(),
      () => socket.resume(),
      () => socket.writableLength,
      (onData, onClose) => socket.on('data', onData).on('close', onClose),
    )
  }

  static async #overWebSocket(port: number): Promise<RawClient> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/mqtt`, 'mqtt')
    await new Promise<void>((resolve, reject) => socket.once('open', resolve).once('error', reject))
    socket.on('error', () => {})
    return new RawClient(
      (bytes) => socket.send(bytes),
      () => socket.terminate(),
      () => socket.pause(),
      () => socket.resume(),
      () => socket.bufferedAmount,
      (onData, onClose) => socket.on('message', (data) => onData(data as Buffer)).on('close', onClose),
    )
  }

  /** Opens, sends CONNECT, and waits for a CONNACK with return code 0. */
  static async connect(
    endpoint: Endpoint,
    options: Partial<IConnectPacket> = {},
    via: Via = 'tcp',
  ): Promise<RawClient> {
    const client = await RawClient.open(endpoint, via)
    client.send(connectPacket(options))
    const connack = await client.next('connack')
    const code = connack.reasonCode ?? connack.returnCode
    if (code !== 0) throw new Error(`refused with ${code}`)
    return client
  }

  /** What is received is of this version, after a CONNECT that was written as bytes. */
  expectVersion(version: 4 | 5): void {
    this.#settings.protocolVersion = version
  }

  write(bytes: Buffer | number[]): void {
    this.#write(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes))
  }

  send(...packets: Packet[]): void {
    for (const packet of packets)
      if (packet.cmd === 'connect') this.#settings.protocolVersion = packet.protocolVersion ?? 4
    this.#write(Buffer.concat(packets.map((packet) => mqttPacket.generate(packet, this.#settings))))
  }

  async subscribe(...subscriptions: { topic: string; qos: 0 | 1 | 2 }[]): Promise<(number | object)[]> {
    this.send({ cmd: 'subscribe', messageId: 1, subscriptions })
    return (await this.next('suback')).granted
  }

  publish(topic: string, payload: string | Buffer, qos: 0 | 1 | 2 = 0, messageId = 1, retain = false): void {
    this.send({ cmd: 'publish', topic, payload, qos, messageId, retain, dup: false })
  }

  /** Stops reading the socket, as a frozen program does. */
  freeze(): void {
    this.#pause()
  }

  thaw(): void {
    this.#resume()
  }

  /** From now on acknowledges every QoS 1 message; QoS 2 ones get PUBREC and PUBCOMP. */
  acknowledgeAll(): void {
    this.#parser.on('packet', (packet) => {
      if (packet.cmd === 'publish' && packet.qos === 1) this.send({ ...idOf(packet), cmd: 'puback' })
      if (packet.cmd === 'publish' && packet.qos === 2) this.send({ ...idOf(packet), cmd: 'pubrec' })
      if (packet.cmd === 'pubrel') this.send({ ...idOf(packet), cmd: 'pubcomp' })
    })
  }

  /** Publishes at QoS 1 under rising packet ids, all at once. */
  flood(topic: string, payloads: readonly string[]): void {
    const packets = payloads.map((payload, i) =>
      mqttPacket.generate(
        {
          ...{ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false },
          messageId: (i % 65_535) + 1,
        } as Packet,
        this.#settings,
      ),
    )
    this.#write(Buffer.concat(packets))
  }

  /** Bytes written that the socket has not taken yet. */
  get unsentBytes(): number {
    return this.#unsent()
  }

  count(cmd: Packet['cmd']): number {
    return this.received.filter((packet) => packet.cmd === cmd).length
  }

  destroy(): void {
    this.#destroy()
  }

  messages(topic?: string): string[] {
    return this.received.flatMap((packet) =>
      packet.cmd === 'publish' && (topic === undefined || packet.topic === topic)
        ? [String(packet.payload)]
        : [],
    )
  }

  /** Waits for a packet of a kind, also among those received before, and removes it. */
  next<C extends Packet['cmd']>(cmd: C): Promise<Extract<Packet, { cmd: C }>> {
    return this.until(() => {
      const at = this.received.findIndex((packet) => packet.cmd === cmd)
      return at < 0 ? undefined : (this.received.splice(at, 1)[0] as Extract<Packet, { cmd: C }>)
    }, `a ${cmd}`)
  }

  /** Waits until `probe` returns something; fails when the connection closes first, or after `limitMs`. */
  until<T>(probe: () => T | undefined | false, what: string, limitMs = 50_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const check = () => {
        const value = probe()
        if (value !== undefined && value !== false) finish(() => resolve(value))
        else if (this.isClosed) finish(() => reject(new Error(`closed while waiting for ${what}`)))
      }
      const timer = setTimeout(() => finish(() => reject(new Error(`no ${what} in ${limitMs} ms`))), limitMs)
      const finish = (settle: () => void) => {
        clearTimeout(timer)
        this.#waiting.delete(check)
        settle()
      }
      this.#waiting.add(check)
      check()
    })
  }

  #wake(): void {
    for (const check of [...this.#waiting]) check()
  }
}

function idOf({ messageId = 0 }: { messageId?: number }): { messageId: number } {
  return { messageId }
}

const keptBytes = 64
let count = 0

export function connectPacket(options: Partial<IConnectPacket> = {}): IConnectPacket {
  return {
    cmd: 'connect',
    protocolId: 'MQTT',
    protocolVersion: 4,
    clientId: `raw-${process.pid}-${count++}`,
    clean: true,
    keepalive: 0,
    ...options,
  }
}

/** Whether a condition becomes true within a limit, which is generous where true is expected. */
export async function within(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs)
  })
  const done = await Promise.race([
    promise.then(
      () => true,
      () => false,
    ),
    late,
  ])
  clearTimeout(timer)
  return done
}
