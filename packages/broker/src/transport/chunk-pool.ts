import { Bytes } from '../packets/bytes.js'

/** Buffers to collect small writes in, used again once the kernel has taken what was in them. */
export const chunkBytes = 16 * 1024

export function takeChunk(): Bytes {
  return freeChunks.pop() ?? new Bytes(Buffer.allocUnsafeSlow(chunkBytes))
}

export function giveBack(chunk: Bytes): void {
  if (freeChunks.length < maxFreeChunks) freeChunks.push(chunk)
}

const maxFreeChunks = 256
const freeChunks: Bytes[] = []
