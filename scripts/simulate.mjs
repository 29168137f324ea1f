#!/usr/bin/env node
// `npm run simulate [-- OPTIONS]`: runs the simulator against the platform of this directory, unless --url names another.
import { platformUrl } from './instance/platform-url.mjs'

// Of an option that is given twice, the last is used.
process.argv.splice(2, 0, '--url', platformUrl())
await import('../packages/simulator/bin/simulate.js')
