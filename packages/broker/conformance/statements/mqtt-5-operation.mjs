import { both, client, server, untested } from './statement.mjs'

const noAuthentication =
  'Does not apply: the broker has no authentication method of its own and refuses a CONNECT that names one.'

/**
 * Statements of MQTT 5 about how clients and servers work together (chapters 4 and 6).
 * @satisfies {Record<string, import('./statement.mjs').Statement>}
 */
export const operationStatements = {
  'MQTT-4.1.0-1': both('A session lasts at least as long as its connection.'),
  'MQTT-4.1.0-2': server('A session ends when its connection has ended and its expiry interval has passed.'),
  'MQTT-4.2.0-1': both('At least one transport that is ordered, lossless and bidirectional is supported.'),
  'MQTT-4.3.1-1': both('QoS 0 is sent with QoS 0 and DUP 0.'),
  'MQTT-4.3.2-1': both('A new QoS 1 message gets an unused id.'),
  'MQTT-4.3.2-2': both('QoS 1 is sent first with that id and DUP 0.'),
  'MQTT-4.3.2-3': both('QoS 1 is unacknowledged until its PUBACK.'),
  'MQTT-4.3.2-4': both('QoS 1 is answered by PUBACK with its id.'),
  'MQTT-4.3.2-5': both('After PUBACK the same id is a new message, whatever DUP says.'),
  'MQTT-4.3.3-1': both('A new QoS 2 message gets an unused id.'),
  'MQTT-4.3.3-2': both('QoS 2 is sent first with that id and DUP 0.'),
  'MQTT-4.3.3-3': both('QoS 2 is unacknowledged until its PUBREC.'),
  'MQTT-4.3.3-4': both('A PUBREC below 0x80 is answered by PUBREL with the same id.'),
  'MQTT-4.3.3-5': both('PUBREL is unacknowledged until its PUBCOMP.'),
  'MQTT-4.3.3-6': both('After PUBREL the PUBLISH is never sent again.'),
  'MQTT-4.3.3-7': both('A message that was sent once does not expire any more.'),
  'MQTT-4.3.3-8': both('QoS 2 is answered by PUBREC with its id.'),
  'MQTT-4.3.3-9': both('After a PUBREC of 0x80 or above the same id is a new message.'),
  'MQTT-4.3.3-10': both('Until PUBREL the same id is the same message: answered by PUBREC, delivered once.'),
  'MQTT-4.3.3-11': both('PUBREL is answered by PUBCOMP with its id.'),
  'MQTT-4.3.3-12': both('After PUBCOMP the same id is a new message.'),
  'MQTT-4.3.3-13': both('The exchange goes on even when the message has expired meanwhile.'),
  'MQTT-4.4.0-1': both(
    'On return to a session, and only then, unacknowledged PUBLISH and PUBREL are sent again with their ids.',
  ),
  'MQTT-4.4.0-2': both('A PUBACK or PUBREC of 0x80 or above acknowledges: the message is not sent again.'),
  'MQTT-4.5.0-1': server(
    'An accepted message is added to the session of each client with a matching subscription.',
  ),
  'MQTT-4.5.0-2': client('A client acknowledges every PUBLISH, also one that it has no use for.'),
  'MQTT-4.6.0-1': client('A client sends PUBLISH packets again in the order in which they were sent first.'),
  'MQTT-4.6.0-2': client('PUBACKs of a client are in the order of their PUBLISH packets.'),
  'MQTT-4.6.0-3': client('PUBRECs of a client are in the order of their PUBLISH packets.'),
  'MQTT-4.6.0-4': client('PUBRELs of a client are in the order of their PUBRECs.'),
  'MQTT-4.6.0-5': server(
    'Messages of one client, topic and QoS reach a subscriber in the order in which they came in.',
  ),
  'MQTT-4.6.0-6': server('Every topic is ordered for subscriptions that are not shared.'),
  'MQTT-4.7.0-1': both('Wildcards are for topic filters, never for topic names.'),
  'MQTT-4.7.1-1': both('# is the last character, alone or behind a separator.'),
  'MQTT-4.7.1-2': both('+ fills a whole level, at any level.'),
  'MQTT-4.7.2-1': server('A filter that begins with a wildcard does not match topics that begin with $.'),
  'MQTT-4.7.3-1': both('Topic names and filters have at least one character.'),
  'MQTT-4.7.3-2': both('Topic names and filters hold no U+0000.'),
  'MQTT-4.7.3-3': untested(
    both('Topic names and filters are no longer than 65,535 bytes of UTF-8.'),
    'Not observable: their length field has two bytes and can state nothing longer.',
  ),
  'MQTT-4.7.3-4': server('Matching neither normalises nor alters topic names and filters.'),
  'MQTT-4.8.2-1': both(
    'A shared subscription begins with $share/ and a share name of at least one character.',
  ),
  'MQTT-4.8.2-2': both('The share name has no /, + or #, and is followed by / and a topic filter.'),
  'MQTT-4.8.2-3': server('Each member of a share gets messages at the QoS that it was granted.'),
  'MQTT-4.8.2-4': server(
    'A QoS 2 message on its way to a member whose connection ends is completed when that member returns.',
  ),
  'MQTT-4.8.2-5': server('When the session of that member ends first, no other member gets the message.'),
  'MQTT-4.8.2-6': server('A message that a member answers with 0x80 or above is sent to no other member.'),
  'MQTT-4.9.0-1': both('The send quota begins above 0 and at most at the Receive Maximum.'),
  'MQTT-4.9.0-2': both('At a send quota of 0 no PUBLISH above QoS 0 is sent.'),
  'MQTT-4.9.0-3': both('At a send quota of 0 all other packets are processed and answered.'),
  'MQTT-4.12.0-1': server('An authentication method that is not supported ends the connection.'),
  'MQTT-4.12.0-2': untested(server('AUTH from a server has reason code 0x18.'), noAuthentication),
  'MQTT-4.12.0-3': client('AUTH from a client that answers one has reason code 0x18.'),
  'MQTT-4.12.0-4': untested(
    server('A server that rejects an authentication on the way ends the connection.'),
    noAuthentication,
  ),
  'MQTT-4.12.0-5': untested(
    server('AUTH and CONNACK name the authentication method of CONNECT.'),
    noAuthentication,
  ),
  'MQTT-4.12.0-6': server(
    'Without an authentication method in CONNECT there is none in CONNACK, and no AUTH.',
  ),
  'MQTT-4.12.0-7': both('Without an authentication method in CONNECT a client sends no AUTH.'),
  'MQTT-4.12.1-1': client('A client authenticates again with the method of its CONNECT.'),
  'MQTT-4.12.1-2': untested(
    server('A second authentication that fails ends the connection.'),
    noAuthentication,
  ),
  'MQTT-4.13.1-1': server('A malformed packet or protocol error ends the connection.'),
  'MQTT-4.13.2-1': both('CONNACK and DISCONNECT of 0x80 or above end the connection, sent or not.'),
  'MQTT-6.0.0-1': both('MQTT travels in binary WebSocket frames; any other data frame ends the connection.'),
  'MQTT-6.0.0-2': both(
    'A WebSocket frame may hold several packets or parts of one; packets need not begin with a frame.',
  ),
  'MQTT-6.0.0-3': both('A client offers the WebSocket subprotocol mqtt.'),
  'MQTT-6.0.0-4': server('The WebSocket subprotocol that a server answers with is mqtt.'),
}
