/** A field of a protobuf message: `bytes` of what has a length or 8 bytes, `number` of what is a number. */
export interface Field {
  id: number
  bytes: Buffer
  number: bigint
}

/** The fields of a message by protobuf's wire format, whatever its schema (protobuf.dev, Encoding). */
export function readFields(message: Buffer): Field[] {
  const fields: Field[] = []
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = message.readUInt8(at++)
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (length: number): Buffer => {
    if (at + length > message.length) throw new RangeError('the message is cut off')
    at += length
    return message.subarray(at - length, at)
  }
  while (at < message.length) {
    const tag = Number(varint())
    const id = tag >> 3
    const type = tag & 7
    if (type === 0) fields.push({ id, bytes: Buffer.alloc(0), number: varint() })
    else if (type === 1) fields.push(fixed(id, take(8)))
    else if (type === 2) fields.push({ id, bytes: take(Number(varint())), number: 0n })
    else if (type === 5) fields.push({ id, bytes: take(4), number: 0n })
    else throw new TypeError(`no such wire type: ${type}`)
  }
  return fields
}

function fixed(id: number, bytes: Buffer): Field {
  return { id, bytes, number: bytes.readBigUInt64LE() }
}
