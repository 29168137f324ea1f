import { Bytes } from '../packets/bytes.js'

/** Buffers to collect small writes in, used again once the kernel has taken what was in them. */
export const chunkBytes = 16 * 1024

/**
 * A chunk for the first bytes of a turn may be a small one: thousands of clients that are sent a few bytes in the same
 * turn, as when all of them ping, would take a whole one each.
 */
export function takeChunk(firstBytes: number): Bytes {
  const free = freeChunks.pop()
  if (free !== undefined) return free
  if (firstBytes > smallChunkBytes) return new Bytes(Buffer.allocUnsafeSlow(chunkBytes))
  return freeSmallChunks.pop() ?? new Bytes(Buffer.allocUnsafe(smallChunkBytes))
}

export function giveBack(chunk: Bytes): void {
  const { length } = chunk.buffer
  if (length === chunkBytes && freeChunks.length < maxFreeChunks) freeChunks.push(chunk)
  else if (length === smallChunkBytes && freeSmallChunks.length < maxFreeSmallChunks)
    freeSmallChunks.push(chunk)
}

const smallChunkBytes = 512
const maxFreeChunks = 256
const maxFreeSmallChunks = 1_024
const freeChunks: Bytes[] = []
const freeSmallChunks: Bytes[] = []
