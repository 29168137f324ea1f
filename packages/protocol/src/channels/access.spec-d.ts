import { describe, it } from 'vitest'
import { canPublish, canSubscribe } from './access.js'

// Compiled by `npm run check` and never run.
describe('a principal', () => {
  it('needs all of its fields', () => {
    canPublish({ kind: 'device', org: 'acme', device: 'pump' }, 'x')
    // @ts-expect-error a device without its id
    canPublish({ kind: 'device', org: 'acme' }, 'x')
    // @ts-expect-error a person without what was granted
    canSubscribe({ kind: 'person', org: 'acme' }, 'x')
    // @ts-expect-error no such kind
    canSubscribe({ kind: 'robot' }, 'x')
  })
})
