import { allLimits } from './all-limits.js'

// Prints the limits for docs/limits.md.
const areas = allLimits.map(({ area, title, stated }) => ({ area, title, variable: 'LIMITS', stated }))
process.stdout.write(JSON.stringify(areas))
