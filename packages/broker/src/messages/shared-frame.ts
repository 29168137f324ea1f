import { Bytes } from '../bytes/bytes.js'
import { publishFlags } from '../packets/encode.js'
import { frameHeaderBytes, writeFrameHeader } from '../websocket/frame.js'
import type { Message } from './message.js'

/**
 * One QoS 0 PUBLISH for many subscribers: `ws` with a WebSocket frame header before it, `tcp` without. When it is large,
 * both end before the payload, whose pieces follow as they are.
 */
export class SharedFrame {
  readonly ws: Buffer
  readonly tcp: Buffer
  readonly payload: readonly Buffer[]

  private constructor(ws: Buffer, header: number, payload: readonly Buffer[]) {
    this.ws = ws
    this.tcp = ws.subarray(header)
    this.payload = payload
  }

  static of(message: Message): SharedFrame {
    const bytes = message.packetBytes(0)
    const header = frameHeaderBytes(bytes)
    const large = message.payloadBytes >= largeBytes
    const out = new Bytes(Buffer.allocUnsafe(header + (large ? bytes - message.payloadBytes : bytes)))
    writeFrameHeader(out.buffer, 0, bytes)
    const flags = publishFlags(0, {})
    if (large) message.writeHeader(out, header, flags, 0)
    else message.write(out, header, flags, 0)
    return new SharedFrame(out.buffer, header, large ? message.pieces() : none)
  }
}

/** A payload of this size is not copied: to write it as a part of its own costs less. */
export const largeBytes = 8 * 1024
const none: readonly Buffer[] = []
