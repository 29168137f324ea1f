import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** CONNECTs whose credentials are wrong. Those that are right are never refused for it. */
export const connectLimits = new LimitSet('connect', 'CONNECTs with wrong credentials', {
  failuresPerAddress: {
    default: 50,
    unit: 'count',
    per: 'address',
    text: 'CONNECTs with wrong credentials; one is forgotten after each `connect.failureIntervalMs`',
    past: 'further ones are answered later, none later than after `connect.failureWaitMs`; a credential that was used lately is answered at once',
  },
  failureIntervalMs: {
    default: 100,
    unit: 'ms',
    per: 'address',
    text: 'time after which one of these CONNECTs is forgotten',
    past: 'another is answered at once',
  },
  failureWaitMs: {
    default: 3_000,
    unit: 'ms',
    per: 'address',
    text: 'time for which a CONNECT waits because others of its address had wrong credentials',
    past: 'it is answered',
  },
})
