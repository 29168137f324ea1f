import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** How long a connection may take, and how much it may send, until its PROXY header is complete. */
export const proxyProtocolLimits = new LimitSet('proxyProtocol', 'PROXY protocol', {
  headerBytes: {
    default: 2_048,
    unit: 'bytes',
    per: 'connection',
    text: 'a header of version 2 with its extensions; one of version 1 has at most 107 bytes',
    past: 'the connection is closed, and the log says so',
  },
  headerMs: {
    default: 5_000,
    unit: 'ms',
    per: 'connection',
    text: 'time until the header is complete',
    past: 'the connection is closed, and the log says so',
  },
  waiting: {
    default: 4_096,
    unit: 'count',
    per: 'platform',
    text: 'connections of which the header is not complete',
    past: 'the connection is closed, and the log says so',
  },
})
