/**
 * An attack in a form that can be kept in a file and replayed. Bytes are hex; a part may be repeated.
 * @typedef {string | [hex: string, count: number]} Part
 *
 * @typedef {object} SendStep MQTT bytes; over WebSocket they are put into frames
 * @property {Part[]} send
 * @property {number} [chunkBytes] at most so many in a write, and in a frame
 * @property {number} [pauseMs] between two writes
 *
 * @typedef {{ raw: Part[], chunkBytes?: number, pauseMs?: number }} RawStep bytes for the socket, below WebSocket
 * @typedef {{ wait: 'answers' } | { wait: number }} WaitStep for all that is owed, or for milliseconds
 * @typedef {{ read: boolean }} ReadStep stops or resumes reading
 * @typedef {{ reopen: 'drop' | 'end' }} ReopenStep leaves and comes back on a new connection
 * @typedef {SendStep | RawStep | WaitStep | ReadStep | ReopenStep} Step
 *
 * @typedef {object} Actor
 * @property {'tcp' | 'ws'} transport
 * @property {'honest' | 'silent' | 'confused'} reply how it acknowledges what it is sent
 * @property {string} [handshake] the HTTP request that opens the WebSocket
 * @property {Step[]} steps
 *
 * @typedef {object} Case
 * @property {string} name
 * @property {string} [about]
 * @property {Actor[]} actors
 */

/**
 * @param {readonly Part[]} parts
 * @returns {Buffer}
 */
export function bytesOf(parts) {
  const buffers = parts.flatMap((part) => {
    const [hex, count] = typeof part === 'string' ? [part, 1] : part
    const bytes = Buffer.from(hex, 'hex')
    return count === 1 ? [bytes] : Array.from({ length: count }, () => bytes)
  })
  return Buffer.concat(buffers)
}

/**
 * @param {Buffer[]} packets
 * @returns {Part[]}
 */
export function partsOf(...packets) {
  return packets.map((packet) => packet.toString('hex'))
}

/**
 * @param {Buffer} bytes
 * @param {number} count
 * @returns {Part}
 */
export function repeated(bytes, count) {
  return [bytes.toString('hex'), count]
}
