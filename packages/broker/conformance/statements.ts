export interface Statement {
  /** Whom it binds. `both` also stands for a duty of clients whose breach a server has to answer. */
  concerns: 'server' | 'client' | 'both'
  /** What it says, in our words. */
  says: string
  /** Why no test shows it. */
  untested?: string
}

export type StatementId = keyof typeof statements

/**
 * Every numbered normative statement of MQTT 3.1.1 (OASIS Standard, 29 October 2014, appendix B).
 * The standard misprints two numbers, MQTT-3.1.2.7 and MQTT-3-8.3-4; they are spelled like the others here.
 */
export const statements = {
  'MQTT-1.5.3-1': both(
    'Strings are well-formed UTF-8 without surrogates; anything else ends the connection.',
  ),
  'MQTT-1.5.3-2': both('Strings hold no U+0000; one that does ends the connection.'),
  'MQTT-1.5.3-3': both('EF BB BF in a string is the character U+FEFF and is kept wherever it stands.'),
  'MQTT-2.2.2-1': both('Reserved flag bits of the fixed header have the values that the standard lists.'),
  'MQTT-2.2.2-2': both('Wrong flags in the fixed header end the connection.'),
  'MQTT-2.3.1-1': both('SUBSCRIBE, UNSUBSCRIBE and PUBLISH above QoS 0 carry a packet id that is not 0.'),
  'MQTT-2.3.1-2': client('A client gives each new packet of these kinds an id that is not in use.'),
  'MQTT-2.3.1-3': client('A client that sends a packet again keeps its id; the acknowledgement frees it.'),
  'MQTT-2.3.1-4': server('The same two rules bind a server when it sends PUBLISH above QoS 0.'),
  'MQTT-2.3.1-5': both('PUBLISH of QoS 0 carries no packet id.'),
  'MQTT-2.3.1-6': both('PUBACK, PUBREC and PUBREL carry the id of the PUBLISH they belong to.'),
  'MQTT-2.3.1-7': server('SUBACK and UNSUBACK carry the id of the packet they answer.'),
  'MQTT-3.1.0-1': both('The first packet from a client is CONNECT.'),
  'MQTT-3.1.0-2': server('A second CONNECT on a connection is a violation and ends it.'),
  'MQTT-3.1.2-1': server(
    'An unknown protocol name is never handled as MQTT 3.1.1: refuse it, or follow its own standard.',
  ),
  'MQTT-3.1.2-2': server('An unsupported protocol level gets CONNACK 0x01, then the connection ends.'),
  'MQTT-3.1.2-3': server('The reserved connect flag must be 0, otherwise the connection ends.'),
  'MQTT-3.1.2-4': server(
    'Clean session 0 resumes the stored session or begins one, which is kept after the connection.',
  ),
  'MQTT-3.1.2-5': server(
    'QoS 1 and 2 messages that match a stored subscription are kept while its client is away.',
  ),
  'MQTT-3.1.2-6': both('Clean session 1 discards what was stored; the new session ends with the connection.'),
  'MQTT-3.1.2-7': server('Retained messages are no part of a session and outlive it.'),
  'MQTT-3.1.2-8': server(
    'The will of an accepted CONNECT is published when the connection ends without DISCONNECT.',
  ),
  'MQTT-3.1.2-9': both(
    'With the will flag, topic and message of the will are in the payload, and its QoS and retain count.',
  ),
  'MQTT-3.1.2-10': server('A will is forgotten once published, and on DISCONNECT.'),
  'MQTT-3.1.2-11': both('Without the will flag, will QoS and will retain are 0 and the payload has no will.'),
  'MQTT-3.1.2-12': server('Without the will flag nothing is published when the connection ends.'),
  'MQTT-3.1.2-13': both('Without the will flag, will QoS is 0.'),
  'MQTT-3.1.2-14': both('With the will flag, will QoS is 0, 1 or 2, never 3.'),
  'MQTT-3.1.2-15': both('Without the will flag, will retain is 0.'),
  'MQTT-3.1.2-16': server('Will retain 0: the will is published as a plain message.'),
  'MQTT-3.1.2-17': server('Will retain 1: the will is published as a retained message.'),
  'MQTT-3.1.2-18': both('Without the user name flag the payload has no user name.'),
  'MQTT-3.1.2-19': both('With the user name flag the payload has a user name.'),
  'MQTT-3.1.2-20': both('Without the password flag the payload has no password.'),
  'MQTT-3.1.2-21': both('With the password flag the payload has a password.'),
  'MQTT-3.1.2-22': both('Without the user name flag there is no password flag.'),
  'MQTT-3.1.2-23': client('A client sends something, at least PINGREQ, within each keep alive interval.'),
  'MQTT-3.1.2-24': server('A client silent for one and a half keep alive intervals is disconnected.'),
  'MQTT-3.1.3-1': both(
    'Payload fields of CONNECT come in the order client id, will topic, will message, user name, password.',
  ),
  'MQTT-3.1.3-2': both('Session state belongs to the client id.'),
  'MQTT-3.1.3-3': both('The client id is there and comes first in the payload.'),
  'MQTT-3.1.3-4': both('The client id is a UTF-8 string.'),
  'MQTT-3.1.3-5': server('Client ids of 1 to 23 bytes out of 0-9, a-z and A-Z are accepted.'),
  'MQTT-3.1.3-6': server('A server that accepts an empty client id gives the client one that is unique.'),
  'MQTT-3.1.3-7': both('An empty client id comes with clean session 1.'),
  'MQTT-3.1.3-8': server(
    'An empty client id with clean session 0 gets CONNACK 0x02, then the connection ends.',
  ),
  'MQTT-3.1.3-9': server('A refused client id gets CONNACK 0x02, then the connection ends.'),
  'MQTT-3.1.3-10': both('The will topic is a UTF-8 string.'),
  'MQTT-3.1.3-11': both('The user name is a UTF-8 string.'),
  'MQTT-3.1.4-1': server('A CONNECT that does not follow section 3.1 ends the connection without CONNACK.'),
  'MQTT-3.1.4-2': server('A connected client whose id connects again is disconnected.'),
  'MQTT-3.1.4-3': server('Clean session is handled as section 3.1.2.4 says.'),
  'MQTT-3.1.4-4': server('An accepted CONNECT is acknowledged by CONNACK with return code 0.'),
  'MQTT-3.1.4-5': server('Nothing that follows a refused CONNECT is processed.'),
  'MQTT-3.2.0-1': server('CONNACK is the first packet that a server sends.'),
  'MQTT-3.2.2-1': server('Clean session 1 is answered with session present 0.'),
  'MQTT-3.2.2-2': server('Clean session 0 is answered with session present 1 when a session is stored.'),
  'MQTT-3.2.2-3': server('Session present is 0 when no session is stored.'),
  'MQTT-3.2.2-4': server('Session present is 0 whenever the return code is not 0.'),
  'MQTT-3.2.2-5': server('The connection ends after a CONNACK whose return code is not 0.'),
  'MQTT-3.2.2-6': server('Where no return code fits, the connection ends without CONNACK.'),
  'MQTT-3.3.1-1': both('A PUBLISH that is sent again has DUP 1.'),
  'MQTT-3.3.1-2': both('QoS 0 messages have DUP 0.'),
  'MQTT-3.3.1-3': server('DUP is not passed on: it tells only whether this very PUBLISH is sent again.'),
  'MQTT-3.3.1-4': both('A PUBLISH with both QoS bits set ends the connection.'),
  'MQTT-3.3.1-5': server('A message with RETAIN 1 is stored with its QoS for later subscribers.'),
  'MQTT-3.3.1-6': server('A new subscription gets the last retained message of each topic that it matches.'),
  'MQTT-3.3.1-7': server('A QoS 0 message with RETAIN 1 discards what its topic had retained.'),
  'MQTT-3.3.1-8': server('A message sent because of a new subscription has RETAIN 1.'),
  'MQTT-3.3.1-9': server(
    'A message sent because of an existing subscription has RETAIN 0, however it came in.',
  ),
  'MQTT-3.3.1-10': server(
    'RETAIN 1 and no payload: delivered as usual, and the topic retains nothing any more.',
  ),
  'MQTT-3.3.1-11': server('An empty payload is never stored as a retained message.'),
  'MQTT-3.3.1-12': server('A message with RETAIN 0 leaves what its topic retains alone.'),
  'MQTT-3.3.2-1': both('The topic name comes first in the variable header of PUBLISH and is a UTF-8 string.'),
  'MQTT-3.3.2-2': both('The topic name of PUBLISH has no wildcards.'),
  'MQTT-3.3.2-3': server('The topic name sent to a subscriber matches its topic filter.'),
  'MQTT-3.3.4-1': both('A PUBLISH is answered as its QoS demands: not at all, PUBACK, PUBREC.'),
  'MQTT-3.3.5-1': server('Overlapping subscriptions of one client deliver at the highest of their QoS.'),
  'MQTT-3.3.5-2': server('A PUBLISH that is not allowed is acknowledged as usual, or the connection ends.'),
  'MQTT-3.6.1-1': server('PUBREL with flags other than 0010 ends the connection.'),
  'MQTT-3.8.1-1': server('SUBSCRIBE with flags other than 0010 ends the connection.'),
  'MQTT-3.8.3-1': both('Topic filters of SUBSCRIBE are UTF-8 strings.'),
  'MQTT-3.8.3-2': {
    ...server('A server without wildcards refuses filters that have them.'),
    untested: 'Does not apply: wildcards are supported.',
  },
  'MQTT-3.8.3-3': both('SUBSCRIBE has at least one topic filter; none is a violation.'),
  'MQTT-3.8.3-4': server('A requested QoS above 2, or other bits in its byte, end the connection.'),
  'MQTT-3.8.4-1': server('SUBSCRIBE is answered by SUBACK.'),
  'MQTT-3.8.4-2': server('SUBACK has the packet id of its SUBSCRIBE.'),
  'MQTT-3.8.4-3': server(
    'The same filter again replaces the subscription and sends retained messages once more.',
  ),
  'MQTT-3.8.4-4': server('Several filters count like several SUBSCRIBEs, with one SUBACK.'),
  'MQTT-3.8.4-5': server('SUBACK has a return code for each filter: the QoS granted, or failure.'),
  'MQTT-3.8.4-6': server('A message is sent with the lower of its own QoS and the one granted.'),
  'MQTT-3.9.3-1': server('Return codes of SUBACK are in the order of the filters.'),
  'MQTT-3.9.3-2': server('SUBACK has no other return codes than 0x00, 0x01, 0x02 and 0x80.'),
  'MQTT-3.10.1-1': server('UNSUBSCRIBE with flags other than 0010 ends the connection.'),
  'MQTT-3.10.3-1': both('Topic filters of UNSUBSCRIBE are UTF-8 strings, packed one after the other.'),
  'MQTT-3.10.3-2': both('UNSUBSCRIBE has at least one topic filter; none is a violation.'),
  'MQTT-3.10.4-1': server(
    'UNSUBSCRIBE removes a subscription whose filter is the same, character by character.',
  ),
  'MQTT-3.10.4-2': server('After UNSUBSCRIBE no new message is added for the client.'),
  'MQTT-3.10.4-3': server('QoS 1 and 2 deliveries that had begun before UNSUBSCRIBE are completed.'),
  'MQTT-3.10.4-4': server('UNSUBSCRIBE is answered by UNSUBACK with its packet id.'),
  'MQTT-3.10.4-5': server('UNSUBACK also comes when no subscription was removed.'),
  'MQTT-3.10.4-6': server('Several filters count like several UNSUBSCRIBEs, with one UNSUBACK.'),
  'MQTT-3.12.4-1': server('PINGREQ is answered by PINGRESP.'),
  'MQTT-3.14.1-1': server('DISCONNECT with reserved bits set ends the connection as a violation.'),
  'MQTT-3.14.4-1': client('A client closes the connection after DISCONNECT.'),
  'MQTT-3.14.4-2': both('A client sends nothing after DISCONNECT.'),
  'MQTT-3.14.4-3': server('DISCONNECT discards the will.'),
  'MQTT-4.1.0-1': both('Session state is stored for as long as the session lasts.'),
  'MQTT-4.1.0-2': both('A session lasts at least as long as its connection.'),
  'MQTT-4.3.1-1': both('QoS 0 is sent with QoS 0 and DUP 0.'),
  'MQTT-4.3.2-1': both('QoS 1 is sent with an unused id and DUP 0, and is unacknowledged until PUBACK.'),
  'MQTT-4.3.2-2': both(
    'QoS 1 is answered by PUBACK with its id; afterwards the same id is a new message, whatever DUP says.',
  ),
  'MQTT-4.3.3-1': both(
    'QoS 2 is sent with an unused id and DUP 0; after PUBREC comes PUBREL and never that PUBLISH again.',
  ),
  'MQTT-4.3.3-2': both(
    'QoS 2 is answered by PUBREC; until PUBREL the same id is the same message; PUBREL gets PUBCOMP.',
  ),
  'MQTT-4.4.0-1': both(
    'On return to a stored session, unacknowledged PUBLISH and PUBREL are sent again with their ids.',
  ),
  'MQTT-4.5.0-1': server(
    'An accepted message is added to the session of each client with a matching subscription.',
  ),
  'MQTT-4.5.0-2': client('A client acknowledges every PUBLISH, also one that it has no use for.'),
  'MQTT-4.6.0-1': both('PUBLISH packets are sent again in the order in which they were sent first.'),
  'MQTT-4.6.0-2': both('PUBACKs are in the order of their PUBLISH packets.'),
  'MQTT-4.6.0-3': both('PUBRECs are in the order of their PUBLISH packets.'),
  'MQTT-4.6.0-4': both('PUBRELs are in the order of their PUBRECs.'),
  'MQTT-4.6.0-5': server('Every topic is ordered unless configured otherwise.'),
  'MQTT-4.6.0-6': server(
    'Messages of one client, topic and QoS reach a subscriber in the order in which they came in.',
  ),
  'MQTT-4.7.1-1': both('Wildcards are for topic filters, never for topic names.'),
  'MQTT-4.7.1-2': both('# is the last character, alone or behind a separator.'),
  'MQTT-4.7.1-3': both('+ fills a whole level, at any level.'),
  'MQTT-4.7.2-1': server('A filter that begins with a wildcard does not match topics that begin with $.'),
  'MQTT-4.7.3-1': both('Topic names and filters have at least one character.'),
  'MQTT-4.7.3-2': both('Topic names and filters hold no U+0000.'),
  'MQTT-4.7.3-3': {
    ...both('Topic names and filters are no longer than 65,535 bytes of UTF-8.'),
    untested: 'Not observable: their length field has two bytes and can state nothing longer.',
  },
  'MQTT-4.7.3-4': server('Matching neither normalises nor alters topic names and filters.'),
  'MQTT-4.8.0-1': both('A violation of the protocol ends the connection unless stated otherwise.'),
  'MQTT-4.8.0-2': both('A transient error while a packet is processed ends the connection it came on.'),
  'MQTT-6.0.0-1': both('MQTT travels in binary WebSocket frames; any other data frame ends the connection.'),
  'MQTT-6.0.0-2': both(
    'A WebSocket frame may hold several packets or parts of one; packets need not begin with a frame.',
  ),
  'MQTT-6.0.0-3': both('A client offers the WebSocket subprotocol mqtt.'),
  'MQTT-6.0.0-4': server('The WebSocket subprotocol that a server answers with is mqtt.'),
  'MQTT-7.0.0-1': {
    ...server('A server that also connects to other servers follows the rules for clients too.'),
    untested: 'Does not apply: the broker makes no connections of its own.',
  },
  'MQTT-7.0.0-2': both('Nothing outside the standard is needed to interoperate.'),
  'MQTT-7.1.1-1': server(
    'A server supports at least one transport that is ordered, lossless and bidirectional.',
  ),
  'MQTT-7.1.2-1': client('A client supports at least one such transport.'),
} satisfies Record<string, Statement>

function server(says: string): Statement {
  return { concerns: 'server', says }
}

function client(says: string): Statement {
  return { concerns: 'client', says }
}

function both(says: string): Statement {
  return { concerns: 'both', says }
}
