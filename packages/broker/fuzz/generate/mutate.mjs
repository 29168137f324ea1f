/** @typedef {import('./random.mjs').Random} Random */

const telling = [0x00, 0x01, 0x7f, 0x80, 0xff]

/**
 * One packet made wrong: bits, lengths, cuts, doublings.
 * @param {Random} random
 * @param {Buffer} bytes
 * @returns {Buffer}
 */
export function mutateBytes(random, bytes) {
  if (bytes.length === 0) return bytes
  const at = random.between(0, bytes.length - 1)
  const to = random.between(at, Math.min(bytes.length, at + 16))
  const changed = Buffer.from(bytes)
  const mutate = random.weighted([
    [4, () => set(changed, at, (bytes[at] ?? 0) ^ (1 << random.between(0, 7)))],
    [2, () => set(changed, at, random.pick(telling))],
    [3, () => lie(random, changed)],
    [2, () => bytes.subarray(0, at)],
    [1, () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])],
    [1, () => Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])],
    [1, () => Buffer.concat([bytes.subarray(0, at), random.bytes(random.between(1, 8)), bytes.subarray(at)])],
    [1, () => hugeLength(random, bytes)],
  ])
  return mutate()
}

/**
 * A list of packets in a wrong order, some doubled, some missing, some wrong inside.
 * @param {Random} random
 * @param {Buffer[]} packets
 * @param {number} malice
 */
export function mutateSequence(random, packets, malice) {
  const result = packets.flatMap((packet) => {
    if (!random.chance(malice)) return [packet]
    return random.weighted([
      [6, [mutateBytes(random, packet)]],
      [2, [packet, packet]],
      [1, []],
    ])
  })
  if (random.chance(malice) && result.length > 1) {
    const from = random.between(0, result.length - 1)
    const [moved] = result.splice(from, 1)
    if (moved) result.splice(random.between(0, result.length), 0, moved)
  }
  return result
}

/**
 * @param {Buffer} bytes
 * @param {number} at
 * @param {number} value
 */
function set(bytes, at, value) {
  bytes[at] = value
  return bytes
}

/** A length that is a little wrong: the packet's own, or that of the field at its start. */
function lie(/** @type {Random} */ random, /** @type {Buffer} */ bytes) {
  const at = random.pick([1, 1, 2, 3])
  if (at < bytes.length) bytes[at] = ((bytes[at] ?? 0) + random.pick([-2, -1, 1, 2, 100])) & 255
  return bytes
}

/** The same type byte with a remaining length up to 256 MB, or of five bytes. */
function hugeLength(/** @type {Random} */ random, /** @type {Buffer} */ bytes) {
  const lengths = ['ffffff7f', '80808001', 'ffff7f', '80807f', '8080808001', 'ffffffff7f', '8000']
  return Buffer.concat([bytes.subarray(0, 1), Buffer.from(random.pick(lengths), 'hex'), bytes.subarray(2)])
}
