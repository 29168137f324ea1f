import { LimitSet } from './stated-limits.js'

/** What one request may carry. */
export const requestLimits = new LimitSet('request', 'Requests', {
  bodyBytes: {
    default: 1024 * 1024,
    unit: 'bytes',
    per: 'request',
    text: 'the body of a request, also after decompression',
    past: '413',
  },
})
