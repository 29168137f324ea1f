import { LimitSet } from '../../foundation/limits/stated-limits.js'

/** What is committed together, and how often that is tried. */
export const commitLimits = new LimitSet('commit', 'Commits of telemetry', {
  batchRows: {
    default: 5_000,
    unit: 'count',
    per: 'platform',
    text: 'samples that are committed together; a message is never divided',
    past: 'the others wait for the next batch',
  },
  batchBytes: {
    default: 4 * 1024 * 1024,
    unit: 'bytes',
    per: 'platform',
    text: 'bytes of messages that are committed together',
    past: 'the others wait for the next batch',
  },
  rowsPerTurn: {
    default: 250,
    unit: 'count',
    per: 'organization',
    text: 'samples that it adds to a batch before the others have their turn',
    past: 'it adds more when all others have had theirs; a message with more is committed beside the batch while others send',
  },
  rowsBesideOthers: {
    default: 1_000,
    unit: 'count',
    per: 'organization',
    text: 'samples that it adds to a batch while other organizations send too',
    past: 'they wait for the next batch',
  },
  attempts: {
    default: 3,
    unit: 'count',
    per: 'platform',
    text: 'attempts to commit, of a batch that another transaction prevents, without a pause',
    past: 'a pause precedes each further attempt, at most 1 s',
  },
  attemptsAlone: {
    default: 2,
    unit: 'count',
    per: 'message',
    text: 'attempts to commit a message alone that takes too long',
    past: 'it is set aside, with the notice `telemetry_set_aside`',
  },
})
