/** Buffers to collect small writes in, used again once the kernel has taken what was in them. */
export const chunkBytes = 16 * 1024

export function takeChunk(): Buffer {
  const free = freeChunks.pop()
  if (free) return free
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  ownChunks.set(chunk.buffer, chunk)
  return chunk
}

/** Gives back the chunk that `part` is the beginning of, if it is one of these. */
export function giveBack(part: Buffer): void {
  if (freeChunks.length >= maxFreeChunks) return
  const chunk = ownChunks.get(part.buffer)
  if (chunk) freeChunks.push(chunk)
}

const maxFreeChunks = 256
const freeChunks: Buffer[] = []
const ownChunks = new WeakMap<ArrayBufferLike, Buffer>()
