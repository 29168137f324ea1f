import { randomFillSync } from 'node:crypto'

/**
 * Unique in this process and any other. It is no UUID, because Node joins a UUID of fifteen strings, and all of them stay
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
