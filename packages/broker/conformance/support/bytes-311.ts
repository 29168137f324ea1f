import {
  type ConnectFields,
  connectFlags,
  field,
  type Packets,
  type PublishFields,
  packet,
  toBytes,
  uint16,
} from './bytes.js'

/** Packets of MQTT 3.1 and 3.1.1. */
export const packets311: Packets = { connect, publish, subscribe, unsubscribe }

function connect(fields: ConnectFields = {}): Buffer {
  const { protocolName = 'MQTT', protocolLevel = 4, keepAliveSeconds = 0 } = fields
  return packet(
    0x10,
    field(protocolName),
    Buffer.of(protocolLevel, fields.flags ?? connectFlags(fields)),
    uint16(keepAliveSeconds),
    ...(fields.payload ?? connectPayload(fields)),
  )
}

function publish(topic: string | Buffer, payload: string | Buffer, fields: PublishFields = {}): Buffer {
  const { qos = 0, retain = false, dup = false, id = 1 } = fields
  const first = 0x30 | (dup ? 8 : 0) | (qos << 1) | (retain ? 1 : 0)
  const parts = qos > 0 ? [field(topic), uint16(id)] : [field(topic)]
  return packet(first, ...parts, toBytes(payload))
}

function subscribe(id: number, ...filters: [string | Buffer, number][]): Buffer {
  return packet(0x82, uint16(id), ...filters.flatMap(([filter, qos]) => [field(filter), Buffer.of(qos)]))
}

function unsubscribe(id: number, ...filters: (string | Buffer)[]): Buffer {
  return packet(0xa2, uint16(id), ...filters.map(field))
}

function connectPayload({ clientId = '', will, username, password }: ConnectFields): Buffer[] {
  const values = [clientId, will?.topic, will?.payload, username, password]
  return values.filter((value) => value !== undefined).map(field)
}
