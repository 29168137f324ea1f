import { partsOf, repeated } from './engine/case.mjs'
import { limits } from './target/limits.mjs'
import { acknowledge, connect, pingreq, publish } from './wire/packets.mjs'
import { acknowledge5, subscribe5 } from './wire/packets-5.mjs'
import { ids, property, section } from './wire/properties.mjs'

/**
 * Seed attacks with MQTT 5, by what a broker gets wrong there.
 * @returns {import('./seeds.mjs').Seed[]}
 */
export function seeds5() {
  return [
    {
      name: '18-mqtt5',
      about: 'Versions of MQTT that there are, and that there are not',
      scripts: (t) =>
        [5, 6, 0, 255].map((protocolLevel) => [
          { send: partsOf(connect({ clientId: `own-${t}-18-${protocolLevel}`, protocolLevel })) },
        ]),
    },
    {
      name: '19-properties',
      about: 'Property lengths that lie, doubled, misplaced and unknown properties of MQTT 5',
      scripts: (t) =>
        wrongSections().map((wrong, n) => [
          { send: partsOf(hello(`${t}-19-${n}`), publish('a', 'x', { qos: 1, section: wrong }), pingreq) },
        ]),
    },
    {
      name: '20-wrong-connects',
      about: 'A CONNECT of MQTT 5 whose properties are wrong',
      scripts: (t) =>
        [...wrongSections(), section([property(ids.receiveMaximum, 0)])].map((wrong, n) => [
          {
            send: partsOf(
              connect({ protocolLevel: 5, clientId: `own-${t}-20-${n}`, section: wrong }),
              pingreq,
            ),
          },
        ]),
    },
    {
      name: '21-topic-aliases',
      about: 'Topic aliases: used, moved, unknown, 0, above the maximum, and gone with their connection',
      scripts: (t) => [
        [
          {
            send: partsOf(
              hello(`${t}-21`),
              subscribe5(1, section([]), ['#', 1]),
              ...aliased(['a', '', 'b', '']),
            ),
          },
          { wait: 'answers' },
          { reopen: 'drop' },
          { send: partsOf(hello(`${t}-21`), ...aliased([''])) },
        ],
        ...[0, limits.maxTopicAliases + 1, 65_535].map((alias) => [
          { send: partsOf(hello(`${t}-21-${alias}`), ...aliased(['a'], alias)) },
        ]),
      ],
    },
    {
      name: '22-receive-maximum',
      about: 'A window of one, acknowledgements that fail, and more QoS 2 messages than the broker takes',
      scripts: (t) => [
        [
          {
            send: [
              ...partsOf(
                hello(`${t}-22`, [property(ids.receiveMaximum, 1)]),
                subscribe5(1, section([]), ['w', 2]),
              ),
              ...partsOf(
                ...[1, 2, 3, 4].map((id) => publish('w', 'x', { qos: 1, id, section: section([]) })),
              ),
              ...partsOf(acknowledge5('pubrec', 1, 0x80), acknowledge('pubrel', 9)),
            ],
          },
          { wait: 'answers' },
        ],
        [
          {
            send: partsOf(
              hello(`${t}-22-flood`),
              ...Array.from({ length: 3 * limits.maxInboundQos2 }, (_, n) =>
                publish('a', 'x', { qos: 2, id: n + 1, section: section([]) }),
              ),
            ),
          },
        ],
      ],
    },
    {
      name: '23-small-packets',
      about:
        'Messages and answers for clients that take small packets only, and messages that expire at once',
      scripts: (t) => [
        [
          {
            send: [
              ...partsOf(
                hello(`${t}-23`, [property(ids.maximumPacketSize, 100)]),
                subscribe5(1, section([]), ['s', 1], ['$secret/#', 1]),
                publish('s', Buffer.alloc(500), { qos: 1, section: section([]) }),
                publish('denied/s', 'x', { qos: 1, id: 2, section: section([]) }),
              ),
              repeated(publish('s', 'x', { section: section([property(ids.messageExpiry, 0)]) }), 50),
            ],
          },
          { wait: 'answers' },
        ],
      ],
    },
  ]
}

/**
 * @param {string} name
 * @param {Buffer[]} properties
 */
function hello(name, properties = []) {
  return connect({ protocolLevel: 5, clientId: `own-${name}`, section: section(properties) })
}

/**
 * @param {string[]} topics
 * @param {number} alias
 */
function aliased(topics, alias = 1) {
  const properties = section([property(ids.topicAlias, alias)])
  return topics.map((topic, n) => publish(topic, 'x', { qos: 1, id: n + 1, section: properties }))
}

/** Property sections that are wrong in any packet. */
function wrongSections() {
  const user = property(ids.user, ['a', 'b'])
  const twice = property(ids.contentType, 'x')
  return [
    Buffer.of(0x80),
    Buffer.of(0x80, 0),
    Buffer.of(200),
    Buffer.of(255, 255, 255, 127),
    Buffer.of(255, 255, 255, 255, 1),
    section([user.subarray(0, 4)]),
    section([Buffer.of(0x7e, 0)]),
    section([property(ids.assignedClientId, 'x')]),
    section([property(ids.subscriptionIdentifier, 1)]),
    section([twice, twice]),
    section([property(ids.user, ['a', Buffer.from('eda080', 'hex')])]),
    section([property(ids.user, ['a', 'b\0'])]),
    section([property(ids.responseTopic, 'a/#')]),
  ]
}
