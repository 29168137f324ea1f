import { spawn } from 'node:child_process'
import { inProject } from '../foundation/paths.mjs'
import { endWithUs } from '../process/end-with-us.mjs'
import { quietTools } from '../process/run-command.mjs'

/**
 * Starts Next's development server; the api passes pages and hot reloading on to it.
 * @param {number} port
 */
export function startPagesServer(port) {
  const args = [
    inProject('apps/web/scripts/next.mjs'),
    'dev',
    '--hostname',
    '127.0.0.1',
    '--port',
    String(port),
  ]
  const child = spawn(process.execPath, args, {
    cwd: inProject('apps/web'),
    env: { ...process.env, ...quietTools, NODE_ENV: 'development' },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  endWithUs(child)
}
