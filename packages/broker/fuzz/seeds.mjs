// Writes the seed attacks of the corpus: one for each class of defect that was found in plain aedes.
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { partsOf, repeated } from './engine/case.mjs'
import { formatCase } from './engine/corpus.mjs'
import { handshake } from './engine/link.mjs'
import { seeds5 } from './seeds-5.mjs'
import { frame, opcodes } from './wire/frames.mjs'
import { acknowledge, connect, disconnect, packet, pingreq, publish, subscribe } from './wire/packets.mjs'

/**
 * @typedef {import('./engine/case.mjs').Actor} Actor
 * @typedef {import('./engine/case.mjs').Case} Case
 * @typedef {import('./engine/case.mjs').Step} Step
 */

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const attack of seedAttacks())
    writeFileSync(new URL(`corpus/${attack.name}.json`, import.meta.url), formatCase(attack))

/** @returns {Case[]} */
export function seedAttacks() {
  return [...seeds(), ...seeds5()].map(
    ({ name, about, scripts, transports = ['tcp', 'ws'], reply = 'honest', request }) => ({
      name: `seed-${name}`,
      about,
      actors: transports.flatMap((transport) =>
        scripts(transport).map((steps) => ({
          transport,
          reply,
          ...(request ? { handshake: request } : {}),
          steps,
        })),
      ),
    }),
  )
}

/**
 * @typedef {object} Seed
 * @property {string} name
 * @property {string} about
 * @property {(transport: 'tcp' | 'ws') => Step[][]} scripts one for each actor
 * @property {Actor['transport'][]} [transports]
 * @property {Actor['reply']} [reply]
 * @property {string} [request]
 */

/** @returns {Seed[]} */
function seeds() {
  /** @type {(name: string, about: string, scripts: Seed['scripts'], more?: Partial<Seed>) => Seed} */
  const seed = (name, about, scripts, more = {}) => ({ name, about, scripts, ...more })
  return [
    seed('01-recursion', 'A flood in one write overflowed the stack of the emitter', (t) => [
      [
        { send: partsOf(connect({ clientId: `own-${t}-1` }), subscribe(1, ['A', 0])) },
        { wait: 'answers' },
        { send: [repeated(publish('A', 'x'), 100), repeated(publish('nobody', 'x'), 6_000)] },
      ],
    ]),
    seed('02-frozen', 'A subscriber that stops reading stalled its neighbours', (t) => [
      [
        { send: partsOf(connect({ clientId: `own-${t}-2` }), subscribe(1, [`frozen/${t}`, 1])) },
        { wait: 'answers' },
        { read: false },
        { send: [repeated(publish(`frozen/${t}`, Buffer.alloc(1_000), { qos: 1 }), 3_000)] },
        { wait: 500 },
      ],
    ]),
    seed('03-mixed-grants', 'A stored session kept a filter that had been denied', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-3`, clean: false }),
            subscribe(1, ['a', 1], ['$secret/#', 1]),
          ),
        },
        { wait: 'answers' },
        { reopen: 'drop' },
        { send: partsOf(connect({ clientId: `own-${t}-3`, clean: false }), pingreq) },
        { wait: 200 },
      ],
    ]),
    seed('04-many-filters', 'Thousands of filters in a stored session blocked the event loop', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-4`, clean: false }),
            ...[1, 2, 3].map((id) => subscribe(id, ...filters(id, 200))),
          ),
        },
        { wait: 'answers' },
        { send: partsOf(subscribe(4, ...filters(4, 1_001))) },
      ],
    ]),
    seed('05-take-over', 'Fast reconnects of one id left two live sessions', (t) => [
      ...[1, 2, 3].map(() =>
        Array.from({ length: 30 }, () => [
          /** @type {Step} */ ({
            send: partsOf(connect({ clientId: `shared-${t}`, clean: false }), pingreq),
          }),
          /** @type {Step} */ ({ reopen: 'drop' }),
        ])
          .flat()
          .concat({ send: partsOf(connect({ clientId: `shared-${t}`, clean: false })) }),
      ),
    ]),
    seed(
      '06-overlap',
      'Overlapping filters and two QoS 1 messages in one tick ended a stored session',
      (t) => [
        [
          {
            send: partsOf(
              connect({ clientId: `own-${t}-6`, clean: false }),
              subscribe(1, [`o/${t}/#`, 1], [`o/${t}/+`, 0], ['o/+/x', 2]),
              ...[1, 2, 3].map((id) => publish(`o/${t}/x`, `${id}`, { qos: 1, id })),
            ),
          },
          { wait: 'answers' },
        ],
      ],
    ),
    seed('07-retained-qos2', 'A retained QoS 2 message ended a stored QoS 2 subscriber', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-7`, clean: false }),
            publish(`r/${t}`, 'kept', { qos: 2, retain: true }),
            acknowledge('pubrel', 1),
            subscribe(2, [`r/${t}`, 2]),
          ),
        },
        { wait: 'answers' },
      ],
    ]),
    seed('08-decisions', 'Slow, failing and silent hosts must cost their own client only', (t) => [
      ...[
        'slow/a',
        'later/a',
        'drop/a',
        'throw/a',
        'reject/a',
        'nonsense/a',
        'hang/a',
        'throwing-rule/a',
        'denied/a',
      ].map((topic) => [
        /** @type {Step} */ ({
          send: partsOf(
            connect({ clientId: `own-${t}-8-${topic}` }),
            ...[1, 2, 3].map((id) => publish(topic, 'x', { qos: 1, id })),
            publish('a', 'x', { qos: 2, id: 4 }),
          ),
        }),
      ]),
    ]),
    seed('09-sys', '$SYS and secret topics could be read by wildcard', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-9` }),
            subscribe(1, ['$SYS/#', 2], ['$SYS/+/x', 0], ['#', 2], ['+/#', 2], ['$secret/+', 1]),
          ),
        },
        { wait: 200 },
      ],
    ]),
    seed('10-claims', 'A claim of 256 MB was buffered', (t) =>
      ['30ffffff7f', '32ffffff7f0001', '82ffffff7f', '30808080800100', 'c08000'].map((hex, n) => [
        { send: [...partsOf(connect({ clientId: `own-${t}-10-${n}` })), hex, ['00', 60_000]] },
      ]),
    ),
    seed('11-illegal', 'Illegal packets that were accepted', (t) =>
      illegal(t).map((bytes) => [{ send: partsOf(...bytes) }]),
    ),
    seed(
      '11-text-frames',
      'WebSocket text frames were taken',
      () => [[{ raw: partsOf(frame(opcodes.text, connect({ clientId: 'own-text' }))) }]],
      { transports: ['ws'] },
    ),
    seed(
      '11-no-subprotocol',
      'A WebSocket without a subprotocol was opened',
      () => [[{ send: partsOf(connect({ clientId: 'own-sub' })) }]],
      { transports: ['ws'], request: handshake({ 'Sec-WebSocket-Protocol': null }) },
    ),
    seed('12-undecided', 'An authentication that never answers left the socket open', (t) =>
      ['hang', 'throw', 'reject', 'nonsense', 'refuse4', 'expired', 'late'].map((username) => [
        { send: partsOf(connect({ clientId: `own-${t}-12-${username}`, username }), pingreq) },
      ]),
    ),
    seed('13-mixed-qos', 'The QoS granted was not the QoS delivered; order was lost', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-13` }),
            subscribe(1, [`m/${t}`, 0], [`m/+`, 1], ['m/#', 2]),
            ...[1, 2, 3, 4, 5, 6].map((id) => publish(`m/${t}`, `${id}`, { qos: id % 3, id })),
          ),
        },
        { wait: 'answers' },
      ],
    ]),
    seed(
      '14-unacknowledged',
      'No window in flight and no limit of the queue',
      (t) => [
        [
          {
            send: [
              ...partsOf(connect({ clientId: `own-${t}-14`, clean: false }), subscribe(1, [`u/${t}`, 2])),
              repeated(publish(`u/${t}`, 'x', { qos: 1 }), 8_000),
            ],
          },
          { wait: 'answers' },
          { reopen: 'drop' },
          { send: partsOf(connect({ clientId: `own-${t}-14`, clean: false }), pingreq) },
        ],
      ],
      { reply: 'silent' },
    ),
    seed('15-shared', 'Shared filters, good and bad', (t) => [
      [
        {
          send: partsOf(
            connect({ clientId: `own-${t}-15` }),
            subscribe(1, ['$share/g/t', 1], ['$share/g/#', 2]),
            ...[1, 2, 3].map((id) => publish('t', 'x', { qos: 1, id })),
          ),
        },
        { wait: 'answers' },
        { send: partsOf(subscribe(2, ['$share/', 1], ['$share/g', 1], ['$share//t', 1], ['$share/+/t', 1])) },
      ],
    ]),
    seed('16-will-on-take-over', 'A will fired by take-over, and wills that are denied', (t) =>
      [`w/${t}`, '$SYS/x', '$secret/x', 'denied/x', 'throw/x', '+/#'].map((topic) => [
        {
          send: partsOf(
            connect({ clientId: `shared-${t}`, will: { topic, payload: 'gone', qos: 2, retain: true } }),
          ),
        },
        { wait: 5 },
        { reopen: 'drop' },
        { send: partsOf(connect({ clientId: `shared-${t}` })) },
      ]),
    ),
    seed('17-behind-connect', 'More than 42 packets behind CONNECT ended the connection', (t) => [
      [
        {
          send: [
            ...partsOf(connect({ clientId: `own-${t}-17`, username: 'late' })),
            repeated(publish('a', 'x', { qos: 1 }), 200),
            repeated(pingreq, 200),
          ],
        },
        { wait: 'answers' },
      ],
    ]),
  ]
}

/**
 * @param {number} group
 * @param {number} count
 */
function filters(group, count) {
  return Array.from({ length: count }, (_, n) => /** @type {const} */ ([`${group}/${n}/#`, n % 3]))
}

/** @param {string} transport */
function illegal(transport) {
  const hello = connect({ clientId: `own-${transport}-11` })
  const bytes = (/** @type {string} */ hex) => Buffer.from(hex, 'hex')
  const topics = ['a\0b', '+', 'a/#', '', bytes('c080'), bytes('eda080'), bytes('ff')]
  const wantedFilters = ['a#', 'a+/b', '#/a', '', 'a\0', bytes('eda080')]
  const will = (/** @type {string | Buffer} */ topic, qos = 0) => [
    connect({ clientId: 'own-will', will: { topic, payload: '', qos } }),
  ]
  return [
    ...topics.map((topic) => [hello, publish(topic, 'x')]),
    ...topics.map((topic) => will(topic)),
    ...wantedFilters.map((filter) => [hello, subscribe(1, [filter, 0])]),
    will('a', 3),
    [hello, publish('a', 'x', { qos: 1, id: 0 })],
    [hello, publish('a', 'x', { qos: 3 })],
    [hello, subscribe(0, ['a', 0])],
    [hello, subscribe(1, ['a', 3])],
    [hello, subscribe(1)],
    [hello, hello],
    [hello, packet(0xf0)],
    [hello, packet(0x00)],
    [hello, packet(0x60, Buffer.of(0, 1))],
    [hello, packet(0xc1)],
    [pingreq],
    [disconnect],
    [connect({ clientId: '', clean: false })],
    [connect({ clientId: bytes('eda080') })],
    [connect({ clientId: 'own-flags', flags: 3 })],
  ]
}
