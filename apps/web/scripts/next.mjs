// Runs Next's command line with telemetry off, on every operating system alike.
import { createRequire } from 'node:module'

process.env.NEXT_TELEMETRY_DISABLED = '1'
process.chdir(new URL('..', import.meta.url).pathname)
process.on('disconnect', () => process.exit(0))

await import(createRequire(import.meta.url).resolve('next/dist/bin/next'))
