/** @type {Map<import('node:child_process').ChildProcess, NodeJS.Signals>} */
const running = new Map()

process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal)
})

/**
 * Sees to it that a child does not outlive this process, however it ends (but for SIGKILL).
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} [signal]
 */
export function endWithUs(child, signal = 'SIGTERM') {
  running.set(child, signal)
  child.once('exit', () => running.delete(child))
}
