import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = fileURLToPath(new URL('../bin/broker.js', import.meta.url))

describe('bin/broker.js', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('ends with 0 on %s, clients connected or not', async (signal) => {
    const port = await freePort()
    const child = await start(['--tcp', String(port), '--anonymous'])
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    const exit = once(child, 'exit')
    child.kill(signal)
    expect(await exit).toEqual([0, null])
  })

  it('reports what is wrong with its options and ends with 1', async () => {
    const child = spawn(process.execPath, [program, '--tcp', '1'], { stdio: ['ignore', 'ignore', 'pipe'] })
    const exit = once(child, 'exit')
    const [text] = await once(child.stderr, 'data')
    expect(String(text)).toContain('--anonymous')
    expect((await exit)[0]).toBe(1)
  })
})

async function start(args: string[]): Promise<ChildProcess> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return child
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
