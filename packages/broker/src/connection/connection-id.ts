import { randomFillSync } from 'node:crypto'

/**
 * Unlike any other in this process or another. No UUID: Node puts one together of fifteen pieces, and all of them stay
 * in memory with it.
 */
export function nextConnectionId(): string {
  count++
  bytes.writeUIntBE(count, randomBytes, countBytes)
  return bytes.toString('base64url')
}

const randomBytes = 9
const countBytes = 6
const bytes = randomFillSync(Buffer.alloc(randomBytes + countBytes))
let count = 0
