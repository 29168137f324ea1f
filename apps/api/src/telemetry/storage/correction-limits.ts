import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** What corrections may cost: values of samples that were stored before with another value. */
export const correctionLimits = new LimitSet('corrections', 'Corrections of stored samples', {
  samplesPerMinute: {
    default: 600_000,
    unit: 'count',
    per: 'owner',
    text: 'samples of one key within one minute, as a source of 10 kHz has; a commit may pass it by what it holds. A correction reads them all, which takes about 0.3 s for so many',
    past: 'the message is refused, with the notice `too_many_samples`',
  },
  staleMinutes: {
    default: 100_000,
    unit: 'count',
    per: 'organization',
    text: 'roll-ups that wait to be computed again after corrections',
    past: 'messages that correct samples are refused, with the notice `too_many_corrections`; new samples are stored',
  },
  statementMs: {
    default: 10_000,
    unit: 'ms',
    per: 'platform',
    text: 'time in which one roll-up is computed again',
    past: 'it is tried again later, each time after a longer pause, at most 5 minutes',
  },
  bucketsPerRound: {
    default: 128,
    unit: 'count',
    per: 'platform',
    text: 'roll-ups that are computed again before it is looked who waits',
    past: 'the others wait for the next round',
  },
  bucketsPerOrganization: {
    default: 16,
    unit: 'count',
    per: 'organization',
    text: 'roll-ups of these',
    past: 'the others wait for the next round',
  },
})
