import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { environment } from './environment.js'

/** One run of a script of the project, as `npm run` starts it. */
export interface CommandRun {
  readonly pid: number
  /** Resolves when it has ended. `code` is null when it was killed. */
  ended: Promise<{ code: number | null; output: string }>
  kill(signal: NodeJS.Signals): void
}

export function runScript(script: string, args: string[], env: NodeJS.ProcessEnv = {}): CommandRun {
  const child = spawn(process.execPath, [inProject('scripts', script), ...args], {
    cwd: inProject(),
    env: environment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
    })
  }
  const ended = once(child, 'close').then(([code]: (number | null)[]) => ({ code: code ?? null, output }))
  return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) }
}
