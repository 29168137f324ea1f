import { Bytes } from '../bytes/bytes.js'
import type { StoredProperties } from '../interface/persistence.js'
import type { PublishedProperties, UserProperty } from '../interface/types.js'
import { Cursor } from '../packets/cursor.js'
import { Properties, readProperties } from '../packets/properties.js'
import { allowedProperties, Property } from '../packets/property.js'
import { varint } from '../packets/property-writer.js'

/** The properties of a message as the host and the store see them, decoded when they are first asked for. */
export class MessageProperties implements PublishedProperties, StoredProperties {
  readonly encoded: Buffer | null
  readonly expiresAt: number | null
  #decoded: Properties | null = null

  constructor(encoded: Buffer | null, expiresAt: number | null) {
    this.encoded = encoded
    this.expiresAt = expiresAt
  }

  get contentType(): string | undefined {
    return this.#read().text(Property.contentType)
  }

  get responseTopic(): string | undefined {
    return this.#read().text(Property.responseTopic)
  }

  get correlationData(): Buffer | undefined {
    return this.#read().binary(Property.correlationData)
  }

  get userProperties(): readonly UserProperty[] {
    return this.#read().userProperties
  }

  get isText(): boolean {
    return this.#read().number(Property.payloadFormatIndicator) === 1
  }

  #read(): Properties {
    this.#decoded ??= decode(this.encoded)
    return this.#decoded
  }
}

/** They were checked when they came. */
function decode(encoded: Buffer | null): Properties {
  if (encoded === null) return Properties.none
  const section = Buffer.concat([varint(encoded.length), encoded])
  const cursor = Cursor.ofBody({ bytes: new Bytes(section), body: 0, end: section.length })
  const properties = readProperties(cursor, allowedProperties.publish)
  return properties instanceof Properties ? properties : Properties.none
}
