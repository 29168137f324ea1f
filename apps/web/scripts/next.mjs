// Runs Next's command line with telemetry off, on every operating system alike.
import { createRequire } from 'node:module'
import { fileURLToPath, pathToFileURL } from 'node:url'

process.env.NEXT_TELEMETRY_DISABLED = '1'
process.chdir(fileURLToPath(new URL('..', import.meta.url)))
process.on('disconnect', () => process.exit(0))

await import(pathToFileURL(createRequire(import.meta.url).resolve('next/dist/bin/next')).href)
