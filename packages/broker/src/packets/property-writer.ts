import type { UserProperty } from '../interface/types.js'
import { Property, type PropertyId, propertyTypes } from './property.js'

/** Collects the properties of a packet that this server sends (MQTT 5, section 2.2.2). */
export class PropertyWriter {
  readonly #parts: Buffer[] = []
  #bytes = 0

  /** Size of the properties, without their length. */
  get bytes(): number {
    return this.#bytes
  }

  /** Adds a property; one without a value is left out. Throws a RangeError on a value that its type cannot hold. */
  add(id: PropertyId, value: number | string | Buffer | undefined): this {
    if (value === undefined) return this
    return this.#push(encode(id, value))
  }

  user([name, value]: UserProperty): this {
    return this.#push(Buffer.concat([Buffer.from([Property.userProperty]), field(name), field(value)]))
  }

  /** The properties with their length before them. */
  section(): Buffer {
    return Buffer.concat([varint(this.#bytes), ...this.#parts])
  }

  /** The properties alone. */
  content(): Buffer {
    return Buffer.concat(this.#parts)
  }

  #push(part: Buffer): this {
    this.#parts.push(part)
    this.#bytes += part.length
    return this
  }
}

/** A variable byte integer (section 1.5.5). */
export function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; ) {
    const low = rest & 127
    rest >>= 7
    bytes.push(rest > 0 ? low | 128 : low)
    if (rest === 0) return Buffer.from(bytes)
  }
}

/** A string or binary data with the two bytes of its length before it (sections 1.5.4 and 1.5.6). */
export function field(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value
  const length = Buffer.allocUnsafe(2)
  length.writeUInt16BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function encode(id: PropertyId, value: number | string | Buffer): Buffer {
  if (typeof value !== 'number') return Buffer.concat([Buffer.from([id]), field(value)])
  switch (propertyTypes.get(id)) {
    case 'varint':
      return Buffer.concat([Buffer.from([id]), varint(value)])
    case 'uint16': {
      const bytes = Buffer.from([id, 0, 0])
      bytes.writeUInt16BE(value, 1)
      return bytes
    }
    case 'uint32': {
      const bytes = Buffer.from([id, 0, 0, 0, 0])
      bytes.writeUInt32BE(value, 1)
      return bytes
    }
    default:
      return Buffer.from([id, value])
  }
}
