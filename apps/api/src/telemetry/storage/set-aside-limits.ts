import { LimitSet } from '../../foundation/limits/stated-limits.js'

const replaced = 'the oldest ones are deleted'

/** What is kept of telemetry that could not be stored. */
export const setAsideLimits = new LimitSet('setAside', 'Telemetry that is set aside', {
  messagesPerDevice: {
    default: 100,
    unit: 'count',
    per: 'owner',
    text: 'messages of a device that could not be stored and are kept for an administrator',
    past: replaced,
  },
  messagesPerOrganization: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'the same messages of an organization',
    past: replaced,
  },
  messages: {
    default: 10_000,
    unit: 'count',
    per: 'platform',
    text: 'the same messages in all',
    past: 'the oldest ones of the organization that has most are deleted',
  },
  payloadBytes: {
    default: 65_536,
    unit: 'bytes',
    per: 'message',
    text: 'bytes of the payload of such a message',
    past: 'only its beginning is kept',
  },
  keptDays: {
    default: 30,
    unit: 'days',
    per: 'message',
    text: 'time for which such a message is kept',
    past: 'it is deleted',
  },
})
