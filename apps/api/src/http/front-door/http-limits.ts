import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** What HTTP clients may make the process hold. */
export const httpLimits = new LimitSet('http', 'HTTP', {
  connectionsPerAddress: {
    default: 1_024,
    unit: 'count',
    per: 'address',
    text: 'HTTP connections without an upgrade',
    past: 'the connection is closed',
  },
  connections: {
    default: 8_192,
    unit: 'count',
    per: 'platform',
    text: 'HTTP connections without an upgrade',
    past: 'the connection is closed',
  },
  requestsPerAddress: {
    default: 256,
    unit: 'count',
    per: 'address',
    text: 'requests in work',
    past: '503 with `Retry-After`',
  },
  pipelinedRequests: {
    default: 64,
    unit: 'count',
    per: 'connection',
    text: 'requests that wait for the answer to an earlier one',
    past: 'the connection is closed',
  },
  bytesPerConnection: {
    default: 32 * 1024 * 1024,
    unit: 'bytes',
    per: 'connection',
    text: 'bytes of bodies that are not complete and of answers that are not taken',
    past: 'the connection is closed',
  },
  bytesPerAddress: {
    default: 64 * 1024 * 1024,
    unit: 'bytes',
    per: 'address',
    text: 'the same bytes',
    past: 'the connection of the address that holds most is closed',
  },
  bytes: {
    default: 256 * 1024 * 1024,
    unit: 'bytes',
    per: 'platform',
    text: 'the same bytes',
    past: 'the connection that holds most is closed',
  },
  cutsPerAddress: {
    default: 20,
    unit: 'count',
    per: 'address',
    text: 'connections that were closed for one of these limits; one is forgotten each second',
    past: 'new connections are closed for `http.refusedMs`; existing ones stay',
  },
  refusedMs: {
    default: 10_000,
    unit: 'ms',
    per: 'address',
    text: 'time for which new connections are closed',
    past: 'they are taken again',
  },
  stalledMs: {
    default: 60_000,
    unit: 'ms',
    per: 'connection',
    text: 'time in which a client takes nothing of its answer',
    past: 'the connection is closed',
  },
})
