export interface WillFields {
  topic: string | Buffer
  payload: string | Buffer
  qos?: number
  retain?: boolean
  /** MQTT 5: in their encoded form, see property.ts. */
  properties?: Buffer[]
}

export interface ConnectFields {
  clientId?: string | Buffer
  /** MQTT 5: Clean Start; a session that is not clean has an expiry interval, unless `properties` are given. */
  clean?: boolean
  keepAliveSeconds?: number
  will?: WillFields
  username?: string | Buffer
  password?: string | Buffer
  protocolName?: string
  protocolLevel?: number
  /** Replaces the connect flags that the fields would give. */
  flags?: number
  /** Replaces the payload that the fields would give. */
  payload?: Buffer[]
  /** MQTT 5: replaces those that the fields would give. */
  properties?: Buffer[]
}

export interface PublishFields {
  qos?: number
  retain?: boolean
  dup?: boolean
  id?: number
  /** MQTT 5 only. */
  properties?: Buffer[]
}

/** The packets whose form depends on the version of MQTT. */
export interface Packets {
  connect(fields?: ConnectFields): Buffer
  publish(topic: string | Buffer, payload: string | Buffer, fields?: PublishFields): Buffer
  subscribe(id: number, ...filters: [filter: string | Buffer, qosOrOptions: number][]): Buffer
  unsubscribe(id: number, ...filters: (string | Buffer)[]): Buffer
}

/** A packet: its first byte, the remaining length, then the parts. */
export function packet(firstByte: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(firstByte), variableInteger(body.length), body])
}

/** A string or binary field: two bytes of length, then the bytes. */
export function field(value: string | Buffer): Buffer {
  const bytes = toBytes(value)
  return Buffer.concat([uint16(bytes.length), bytes])
}

export function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

export const puback = (id: number): Buffer => packet(0x40, uint16(id))
export const pubrec = (id: number): Buffer => packet(0x50, uint16(id))
export const pubrel = (id: number): Buffer => packet(0x62, uint16(id))
export const pubcomp = (id: number): Buffer => packet(0x70, uint16(id))
export const pingreq: Buffer = packet(0xc0)
export const disconnect: Buffer = packet(0xe0)

export function toBytes(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value
}

/** The connect flags that these fields give. */
export function connectFlags({ clean = true, will, username, password }: ConnectFields): number {
  const willFlags = will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0) : 0
  return (clean ? 2 : 0) | willFlags | (password === undefined ? 0 : 64) | (username === undefined ? 0 : 128)
}

/** A variable byte integer. */
export function variableInteger(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    bytes.push((rest % 128) | (rest > 127 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}
