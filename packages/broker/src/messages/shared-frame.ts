import { Bytes } from '../bytes/bytes.js'
import { publishFlags } from '../packets/encode.js'
import { frameHeaderBytes, writeFrameHeader } from '../websocket/frame.js'
import type { Message } from './message.js'
import { noIdentifiers } from './no-identifiers.js'
import { noAlias, publish5Bytes, writePublish5, writePublish5Head } from './publish5.js'

/**
 * One QoS 0 PUBLISH for many subscribers: `ws` with a WebSocket frame header before it, `tcp` without. When it is large,
 * both end before the payload, whose pieces follow as they are.
 */
export class SharedFrame {
  readonly ws: Buffer
  readonly tcp: Buffer
  readonly payload: readonly Buffer[]
  readonly #version: 4 | 5
  /** For subscribers of the other version. */
  #other: SharedFrame | null = null

  private constructor(version: 4 | 5, ws: Buffer, header: number, payload: readonly Buffer[]) {
    this.#version = version
    this.ws = ws
    this.tcp = ws.subarray(header)
    this.payload = payload
  }

  static of(message: Message, version: 4 | 5): SharedFrame {
    const bytes = version === 5 ? publish5Bytes(message, 0, noIdentifiers, noAlias) : message.packetBytes(0)
    const header = frameHeaderBytes(bytes)
    const large = message.isLarge
    const out = new Bytes(Buffer.allocUnsafe(header + (large ? bytes - message.payloadBytes : bytes)))
    writeFrameHeader(out.buffer, 0, bytes)
    const flags = publishFlags(0)
    if (version === 5) {
      const write = large ? writePublish5Head : writePublish5
      write(message, out, header, { flags, packetId: 0, identifiers: noIdentifiers, topic: noAlias })
    } else if (large) message.writeHeader(out, header, flags, 0)
    else message.write(out, header, flags, 0)
    return new SharedFrame(version, out.buffer, header, large ? message.pieces() : none)
  }

  /** The frame of the same message for subscribers of a version. */
  for(message: Message, version: 4 | 5): SharedFrame {
    if (version === this.#version) return this
    this.#other ??= SharedFrame.of(message, version)
    return this.#other
  }
}

const none: readonly Buffer[] = []
