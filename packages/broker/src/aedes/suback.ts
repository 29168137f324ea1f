import type { AskedFilter } from '../packets/subscribe.js'

/**
 * Gives a SUBACK one return code for each filter of its SUBSCRIBE, repeated ones too [MQTT-3.8.4-5]; aedes answers a
 * repeated filter once. `unique` are the filters that `suback` answers. A granted filter is granted with the QoS that was
 * asked for, and the last request for a repeated filter decides.
 */
export function codeForEachFilter(
  suback: Buffer,
  unique: readonly string[],
  asked: readonly AskedFilter[],
): Buffer {
  if (unique.length === asked.length) return suback
  const codesAt = suback.length - unique.length
  const codes = new Map(unique.map((filter, i) => [filter, suback[codesAt + i] ?? 128]))
  const answer = asked.map(({ filter, qos }) => (codes.get(filter) === 128 ? 128 : qos))
  const packetId = suback.subarray(codesAt - 2, codesAt)
  return Buffer.concat([
    Buffer.from([suback[0] ?? 0, ...lengthBytes(2 + answer.length)]),
    packetId,
    Buffer.from(answer),
  ])
}

function lengthBytes(length: number): number[] {
  const bytes: number[] = []
  for (let rest = length; ; ) {
    const low = rest & 127
    rest >>= 7
    bytes.push(rest > 0 ? low | 128 : low)
    if (rest === 0) return bytes
  }
}
