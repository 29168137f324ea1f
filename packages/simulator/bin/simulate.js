#!/usr/bin/env node
import { existsSync } from 'node:fs'

const program = new URL('../dist/main.js', import.meta.url)

if (!existsSync(program)) {
  console.error('The simulator is not built yet. Run "npm start" or "npm run build" first, then this again.')
  process.exit(1)
}

const { main } = await import(program.href)
process.exitCode = await main(process.argv.slice(2), process.env)
