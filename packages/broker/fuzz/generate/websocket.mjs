import { partsOf } from '../engine/case.mjs'
import { handshake } from '../engine/link.mjs'
import { frame, opcodes } from '../wire/frames.mjs'
import { connect, pingreq, publish } from '../wire/packets.mjs'
import { mutateBytes } from './mutate.mjs'
import { cut } from './talk.mjs'

/** @typedef {import('./talk.mjs').Attack} Attack */

/** MQTT in frames of every shape: fragments, pings in between, empty frames; some of them illegal. @type {Attack} */
export function frameShapes(random, clientId) {
  const malice = random.pick([0, 0.1, 0.4])
  const bytes = Buffer.concat([connect({ clientId }), publish('a', 'x', { qos: 1 }), pingreq, pingreq])
  /** @type {Buffer[]} */
  const frames = []
  let open = false
  for (let at = 0; at < bytes.length || open; ) {
    const size = random.between(0, 12)
    const final = random.chance(0.5) || at + size >= bytes.length
    const opcode = random.chance(malice / 4)
      ? random.between(0, 15)
      : open
        ? opcodes.continuation
        : opcodes.binary
    frames.push(frame(opcode, bytes.subarray(at, at + size), { final, key: random.between(0, 2 ** 32 - 1) }))
    if (random.chance(0.2)) frames.push(controlFrame(random, malice))
    at += size
    open = !final
  }
  const broken = frames.map((one) => (random.chance(malice / 4) ? mutateBytes(random, one) : one))
  return [{ raw: partsOf(...broken), ...cut(random) }]
}

/** Frames that RFC 6455 forbids, or whose length is a lie. @type {Attack} */
export function brokenFrames(random, clientId) {
  const data = Buffer.concat([connect({ clientId }), pingreq])
  const bad = random.pick([
    () => frame(opcodes.text, data),
    () => frame(opcodes.binary, data, { masked: false }),
    () => frame(opcodes.binary, data, { reserved: random.between(1, 7) }),
    () => frame(opcodes.continuation, data),
    () => frame(random.between(3, 7), data),
    () => frame(random.between(11, 15), Buffer.alloc(2)),
    () => frame(opcodes.ping, Buffer.alloc(126)),
    () => frame(opcodes.ping, Buffer.alloc(3), { final: false }),
    () => frame(opcodes.close, random.bytes(random.between(0, 10))),
    () => frame(opcodes.binary, data, { claimedLength: 2n ** 63n }),
    () => frame(opcodes.binary, data, { claimedLength: random.pick([2n ** 40n, 70_000n, 126n, 300_000n]) }),
    () => Buffer.concat([frame(opcodes.binary, data, { final: false }), frame(opcodes.binary, pingreq)]),
    () => Buffer.concat([frame(opcodes.binary, data), Buffer.from([0x82])]),
    () => random.bytes(random.between(1, 60)),
  ])
  const opening = random.chance(0.4) ? [frame(opcodes.binary, connect({ clientId }))] : []
  return [{ raw: partsOf(...opening, bad()), ...cut(random) }]
}

/**
 * @param {import('./random.mjs').Random} random
 * @param {number} malice
 */
function controlFrame(random, malice) {
  const size = random.chance(malice) ? random.between(124, 130) : random.between(0, 20)
  return frame(random.pick([opcodes.ping, opcodes.ping, opcodes.pong]), random.bytes(size))
}

/** An HTTP request that is not quite an upgrade. @param {import('./random.mjs').Random} random */
export function anyHandshake(random) {
  const change = random.pick(
    /** @type {Record<string, string | null>[]} */ ([
      { 'Sec-WebSocket-Protocol': null },
      { 'Sec-WebSocket-Protocol': random.pick(['mqttv3.1', 'soap', 'mqtt, soap', '', ',', 'MQTT']) },
      { 'Sec-WebSocket-Version': random.pick(['8', '', '13, 8', null]) },
      { 'Sec-WebSocket-Key': random.pick(['', 'short', null, 'x'.repeat(5_000)]) },
      { Upgrade: random.pick(['h2c', 'WebSocket', '', null]) },
      { Connection: random.pick(['close', 'keep-alive, Upgrade', null]) },
      { Host: null },
      { 'X-Long': 'x'.repeat(random.pick([1_000, 20_000])) },
      { 'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits' },
    ]),
  )
  const request = handshake(change)
  return random.chance(0.15) ? mutateBytes(random, Buffer.from(request)).toString('latin1') : request
}
