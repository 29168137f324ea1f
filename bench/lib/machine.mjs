import os from 'node:os'

/** Processor, memory and versions, in one line. */
export function machineLine() {
  const [{ model }] = os.cpus()
  const memory = Math.round(os.totalmem() / 2 ** 30)
  const load = os.loadavg()[0].toFixed(1)
  return [
    `${os.cpus().length} × ${model.trim()}`,
    `${memory} GiB`,
    `${os.type()} ${os.release()}`,
    `Node.js ${process.version}`,
    `load average before: ${load}`,
  ].join(', ')
}
