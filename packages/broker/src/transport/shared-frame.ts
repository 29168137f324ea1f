import { frameHeaderBytes, writeFrameHeader } from './websocket-frame.js'

/** One encoded packet for many receivers: `ws` with a WebSocket frame header before it, `tcp` without. */
export interface SharedFrame {
  readonly ws: Buffer
  readonly tcp: Buffer
}

/** Makes a frame of `bytes` bytes; `write` fills them in from `at`. */
export function shareFrame(bytes: number, write: (out: Buffer, at: number) => void): SharedFrame {
  const header = frameHeaderBytes(bytes)
  const ws = Buffer.allocUnsafe(header + bytes)
  writeFrameHeader(ws, 0, bytes)
  write(ws, header)
  return { ws, tcp: ws.subarray(header) }
}
