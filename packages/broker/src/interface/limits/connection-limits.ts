import { count, milliseconds } from './stated-limit.js'

/** Connections, and how fast they come. */
export const connectionLimits = {
  /** The keep alive that a client of MQTT 5 is given when it asks for more, or for none. MQTT 3.x cannot be told. */
  maxKeepAliveMs: milliseconds(
    60 * 60 * 1_000,
    'connection',
    'keep alive that a client of MQTT 5 may ask for',
    'it is given this one, as Server Keep Alive',
  ),
  /** A WebSocket to which nothing was sent for so long is sent a ping, so that no proxy takes it for idle. */
  webSocketPingMs: milliseconds(
    25_000,
    'connection',
    'time in which nothing is sent to a WebSocket',
    'it is sent a ping, as proxies close idle ones',
  ),
  maxConnections: count(50_000, 'broker', 'accepted connections', 'CONNECT is refused, 3: `quota`'),
  maxConnectionsPerAddress: count(
    20_000,
    'address',
    'sockets, with CONNECT or without',
    'the socket is closed (429 over WebSocket): `quota`',
  ),
  maxConnectsPerSecondPerAddress: count(
    3_000,
    'address',
    'new sockets a second',
    'the socket is closed (429 over WebSocket): `rate`',
  ),
  /** Accepted connections of one group and of one owner (`quotaOwner`). No group may have more than are free for others. */
  maxConnectionsPerGroup: count(
    25_000,
    'group',
    'accepted connections; no more than are left of `maxConnections` for others',
    'CONNECT is refused, 3: `quota`',
  ),
  maxConnectionsPerOwner: count(250, 'owner', 'accepted connections', 'CONNECT is refused, 3: `quota`'),
  /** CONNECTs of one group, of one owner, and of one user name from one address, which counts before it is authenticated. */
  maxConnectsPerSecondPerGroup: count(2_000, 'group', 'connects a second', 'CONNECT is refused, 3: `rate`'),
  maxConnectsPerSecondPerOwner: count(
    25,
    'owner',
    'connects a second, and before authentication those of a user name from an address',
    'CONNECT is refused, 3: `rate`',
  ),
  /** A client in a loop is answered later and later, so that refusing it costs little. */
  maxConnectRefusalsPerSecondPerAddress: count(
    20,
    'address',
    'refused connects a second',
    'their CONNACK waits, at most `maxConnectRefusalMs`',
  ),
  maxConnectRefusalMs: milliseconds(
    2_000,
    'connection',
    'time in which the CONNACK of a refused CONNECT waits',
    'it is sent',
  ),
  /** Sockets whose CONNECT is not accepted yet. No address may have more than are free for others. */
  maxUnauthenticatedConnections: count(
    10_000,
    'broker',
    'sockets whose CONNECT is not accepted (yet); an address may have no more than are left for others',
    'the socket is closed (503 over WebSocket): `quota`',
  ),
}
