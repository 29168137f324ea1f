#!/usr/bin/env node
import { run } from '../dist/runner.js'

try {
  const { stop } = await run(process.argv.slice(2))
  const end = () => stop().then(() => process.exit(0))
  process.once('SIGTERM', end)
  process.once('SIGINT', end)
  console.log('ready')
} catch (error) {
  console.error(`broker: ${error.message}`)
  process.exit(1)
}
