import { Bytes } from '../bytes/bytes.js'

/** Size of the buffers that collect small writes. They are used again once the kernel has taken the bytes in them. */
export const chunkBytes = 16 * 1024

/**
 * Takes a chunk for bytes to write. A client's first bytes of a turn may get a small one: when thousands of clients are
 * sent a few bytes in the same turn, as when all of them ping, whole chunks would take too much memory.
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
