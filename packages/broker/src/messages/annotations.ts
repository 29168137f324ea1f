import type { UserProperty } from '../interface/types.js'
import { PropertyWriter } from '../packets/property-writer.js'
import { hasControl } from '../packets/topic.js'

/**
 * User properties that the host adds to a message, in order; they are sent behind the client's own. They are encoded when a
 * subscriber of MQTT 5 gets them, or somebody reads them: of most messages nobody does.
 */
export class Annotations {
  static readonly none = new Annotations([], 0)

  /** Size of them when encoded. */
  readonly bytes: number
  readonly #properties: readonly UserProperty[]
  #encoded: Buffer | null = null

  private constructor(properties: readonly UserProperty[], bytes: number) {
    this.#properties = properties
    this.bytes = bytes
  }

  get encoded(): Buffer {
    this.#encoded ??= this.#encode()
    return this.#encoded
  }

  /**
   * These, and one more. Throws a TypeError on a text that MQTT cannot carry [MQTT-1.5.4-1, -2], and a RangeError when they would
   * take more than 16 KiB.
   */
  with(name: string, value: string): Annotations {
    const bytes = this.bytes + overheadBytes + bytesOf(name) + bytesOf(value)
    if (bytes > maxBytes)
      throw new RangeError('the user properties added to one message take more than 16 KiB')
    return new Annotations([...this.#properties, [name, value]], bytes)
  }

  #encode(): Buffer {
    const writer = new PropertyWriter()
    for (const property of this.#properties) writer.user(property)
    return writer.content()
  }
}

/** The identifier of a user property, and two lengths (section 3.3.2.3.7). */
const overheadBytes = 5

/** Size of a text in UTF-8. Most are printable ASCII, which has a byte for each character. */
function bytesOf(text: string): number {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 0x20 || code > 0x7e) return checkedBytes(text)
  }
  return within(text.length)
}

function checkedBytes(text: string): number {
  if (loneSurrogate.test(text) || hasControl(text))
    throw new TypeError('a user property is no well-formed text, or holds a control character')
  return within(Buffer.byteLength(text))
}

function within(bytes: number): number {
  if (bytes > maxTextBytes) throw new TypeError('a user property is longer than 65,535 bytes')
  return bytes
}

const loneSurrogate = /\p{Surrogate}/u
const maxTextBytes = 65_535
const maxBytes = 16 * 1024
