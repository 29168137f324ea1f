import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestProject } from 'vitest/node'
import { inProject } from '../../scripts/foundation/paths.mjs'
import { environment } from './environment.js'
import { freePort } from './free-port.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The pages' server, which keeps no state and is shared by all platforms of the run. */
    webUrl: string
  }
}

export default async function setUp(project: TestProject) {
  const port = await freePort()
  const child = spawn(process.execPath, [inProject('apps/web/server.mjs')], {
    env: environment({ PORT: String(port), HOSTNAME: '127.0.0.1' }),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const url = `http://127.0.0.1:${port}`
  await waitUntilAnswering(url, child)
  project.provide('webUrl', url)
  return async () => {
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
  }
}

async function waitUntilAnswering(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    try {
      await fetch(url, { redirect: 'manual' })
      return
    } catch {
      await sleep(50)
    }
  }
  throw new Error('The web server ended before it answered; its message is above.')
}
