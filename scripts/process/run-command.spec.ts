import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { inProject } from '../foundation/paths.mjs'
import { isAlive } from './processes.mjs'

/** As npm does with an install script: a command that starts another, which starts one in a session of its own. */
const command = `
  const { spawn } = require('node:child_process')
  const detached = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); console.log("up")'], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  detached.stdout.once('data', () => console.log(process.pid + ' ' + detached.pid))
  setInterval(() => {}, 1000)`

/** Runs that command in a start, until it is stopped as told. */
async function interrupt(stop: string): Promise<{ code: number | null; pids: number[] }> {
  const module = (file: string) => JSON.stringify(inProject('scripts', file))
  const program = `
    const { runCommand } = await import(${module('process/run-command.mjs')})
    const { runUntilStopped } = await import(${module('instance/run-until-stopped.mjs')})
    const onLine = (line) => { console.log(line); ${stop} }
    await runUntilStopped(() => runCommand(process.execPath, ['-e', ${JSON.stringify(command)}], { onLine }))`
  const { npm_lifecycle_event: _, ...env } = process.env
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  const [code] = await once(child, 'close')
  const pids = /^(\d+) (\d+)$/m.exec(output)?.slice(1).map(Number) ?? []
  expect(pids).toHaveLength(2)
  return { code, pids }
}

it('a command ends with everything that it has started when the start is interrupted', async () => {
  const { code, pids } = await interrupt(`process.kill(process.pid, 'SIGINT')`)
  expect(code).toBe(0)
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})

it('a command ends with everything that it has started when this process exits', async () => {
  const { code, pids } = await interrupt('process.exit(3)')
  expect(code).toBe(3)
  await expect.poll(() => pids.filter(isAlive)).toEqual([])
})
