/** @type {Map<import('node:child_process').ChildProcess, NodeJS.Signals>} */
const running = new Map()

process.on('exit', () => {
  for (const [child, signal] of running) child.kill(signal)
})

/**
 * Ends a child when this process exits. SIGKILL leaves no time for that.
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} [signal]
 */
export function endWithUs(child, signal = 'SIGTERM') {
  running.set(child, signal)
  child.once('exit', () => running.delete(child))
}
