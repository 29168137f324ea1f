import { LimitSet } from '../limits/stated-limits.js'

/** What deleting in the background may take. */
export const housekeepingLimits = new LimitSet('housekeeping', 'Deleting in the background', {
  taskMs: {
    default: 20_000,
    unit: 'ms',
    per: 'platform',
    text: 'how long one table is worked on in a run; runs are ten minutes apart',
    past: 'it goes on in the next run',
  },
  batchRows: {
    default: 2_000,
    unit: 'count',
    per: 'platform',
    text: 'rows that one statement deletes; as long as it took, nothing is deleted afterwards',
    past: 'another statement deletes the next ones',
  },
})
