import type { UserProperty } from '../interface/types.js'
import type { Cursor } from './cursor.js'
import { Property, propertyTypes } from './property.js'
import { Violation } from './violation.js'

/** The properties of one packet by identifier; what came in order and may repeat is in lists. */
export class Properties {
  static readonly none = new Properties()
  readonly userProperties: UserProperty[] = []
  readonly #values = new Map<number, number | string | Buffer>()

  number(id: number): number | undefined {
    return this.#values.get(id) as number | undefined
  }

  text(id: number): string | undefined {
    return this.#values.get(id) as string | undefined
  }

  binary(id: number): Buffer | undefined {
    return this.#values.get(id) as Buffer | undefined
  }

  has(id: number): boolean {
    return this.#values.has(id)
  }

  /** False when it is there already. */
  add(id: number, value: number | string | Buffer): boolean {
    if (this.#values.has(id)) return false
    this.#values.set(id, value)
    return true
  }
}

/**
 * Reads the properties of a packet (MQTT 5, section 2.2.2), which begin with their length. Of the properties that a client
 * may send only user properties may repeat.
 */
export function readProperties(cursor: Cursor, allowed: ReadonlySet<number>): Properties | Violation {
  const section = cursor.section(cursor.varint())
  if (section === null) return Violation.malformed('length of the properties')
  if (section.done) return Properties.none
  const properties = new Properties()
  while (!section.done) {
    const violation = readProperty(section, allowed, properties)
    if (violation !== null) return violation
  }
  return properties
}

function readProperty(cursor: Cursor, allowed: ReadonlySet<number>, into: Properties): Violation | null {
  const id = cursor.varint()
  if (!allowed.has(id)) return Violation.malformed(`property ${hex(id)} may not be here`)
  if (id === Property.userProperty) {
    const name = cursor.text()
    const value = name === null ? null : cursor.text()
    if (name === null || value === null) return Violation.malformed('user property')
    into.userProperties.push([name, value])
    return null
  }
  const value = readValue(cursor, id)
  if (value === null || value === -1) return Violation.malformed(`value of property ${hex(id)}`)
  if (value === 0 && neverZero.has(id)) return Violation.protocol(`property ${hex(id)} is 0`)
  if (!into.add(id, value)) return Violation.protocol(`property ${hex(id)} is there twice`)
  return null
}

/** -1 or null when the packet ends before the value, or it is no value of its type. */
function readValue(cursor: Cursor, id: number): number | string | Buffer | null {
  switch (propertyTypes.get(id)) {
    case 'flag': {
      const flag = cursor.byte()
      return flag > 1 ? null : flag
    }
    case 'uint16':
      return cursor.uint16()
    case 'uint32':
      return cursor.uint32()
    case 'varint':
      return cursor.varint()
    case 'text':
      return cursor.text()
    case 'binary': {
      const bytes = cursor.binary()
      return bytes && Buffer.from(bytes)
    }
    default:
      return null
  }
}

function hex(id: number): string {
  return `0x${Math.max(id, 0).toString(16).padStart(2, '0')}`
}

const neverZero = new Set<number>([
  Property.receiveMaximum,
  Property.maximumPacketSize,
  Property.subscriptionIdentifier,
])
