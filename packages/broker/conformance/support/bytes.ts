export interface ConnectFields {
  clientId?: string | Buffer
  clean?: boolean
  keepAliveSeconds?: number
  will?: { topic: string | Buffer; payload: string | Buffer; qos?: number; retain?: boolean }
  username?: string | Buffer
  password?: string | Buffer
  protocolName?: string
  protocolLevel?: number
  /** Replaces the connect flags that the fields would give. */
  flags?: number
  /** Replaces the payload that the fields would give. */
  payload?: Buffer[]
}

export interface PublishFields {
  qos?: number
  retain?: boolean
  dup?: boolean
  id?: number
}

/** A packet: its first byte, the remaining length, then the parts. */
export function packet(firstByte: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([Buffer.of(firstByte), remainingLength(body.length), body])
}

/** A string or binary field: two bytes of length, then the bytes. */
export function field(value: string | Buffer): Buffer {
  const bytes = toBytes(value)
  return Buffer.concat([uint16(bytes.length), bytes])
}

export function uint16(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff)
}

export function connect(fields: ConnectFields = {}): Buffer {
  const { protocolName = 'MQTT', protocolLevel = 4, keepAliveSeconds = 0 } = fields
  return packet(
    0x10,
    field(protocolName),
    Buffer.of(protocolLevel, fields.flags ?? connectFlags(fields)),
    uint16(keepAliveSeconds),
    ...(fields.payload ?? connectPayload(fields)),
  )
}

export function publish(
  topic: string | Buffer,
  payload: string | Buffer,
  fields: PublishFields = {},
): Buffer {
  const { qos = 0, retain = false, dup = false, id = 1 } = fields
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const parts = qos > 0 ? [field(topic), uint16(id)] : [field(topic)]
  return packet(first, ...parts, toBytes(payload))
}

export function subscribe(id: number, ...filters: [string | Buffer, number][]): Buffer {
  return packet(0x82, uint16(id), ...filters.flatMap(([filter, qos]) => [field(filter), Buffer.of(qos)]))
}

export function unsubscribe(id: number, ...filters: (string | Buffer)[]): Buffer {
  return packet(0xa2, uint16(id), ...filters.map(field))
}

export const puback = (id: number): Buffer => packet(0x40, uint16(id))
export const pubrec = (id: number): Buffer => packet(0x50, uint16(id))
export const pubrel = (id: number): Buffer => packet(0x62, uint16(id))
export const pubcomp = (id: number): Buffer => packet(0x70, uint16(id))
export const pingreq: Buffer = packet(0xc0)
export const disconnect: Buffer = packet(0xe0)

function toBytes(value: string | Buffer): Buffer {
  return typeof value === 'string' ? Buffer.from(value) : value
}

function connectFlags({ clean = true, will, username, password }: ConnectFields): number {
  const willFlags = will ? 4 | ((will.qos ?? 0) << 3) | (will.retain ? 32 : 0) : 0
  return (clean ? 2 : 0) | willFlags | (password === undefined ? 0 : 64) | (username === undefined ? 0 : 128)
}

function connectPayload({ clientId = '', will, username, password }: ConnectFields): Buffer[] {
  const values = [clientId, will?.topic, will?.payload, username, password]
  return values.filter((value) => value !== undefined).map(field)
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = []
  let rest = length
  do {
    bytes.push((rest % 128) | (rest > 127 ? 128 : 0))
    rest = Math.floor(rest / 128)
  } while (rest > 0)
  return Buffer.from(bytes)
}
