import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { connectPacket, RawClient } from './support/raw-client.js'

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

  it.each([
    [[], '--anonymous'],
    [['--anonymous', '--limit', 'maxKeepAlive=1'], 'unknown broker limit: maxKeepAlive'],
    [['--anonymous', '--limit', 'maxKeepAliveMs'], 'maxKeepAliveMs must be above 0'],
  ])('reports what is wrong with its options and ends with 1: %s', async (args, message) => {
    const child = spawn(process.execPath, [program, '--tcp', '1', ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const exit = once(child, 'exit')
    const [text] = await once(child.stderr, 'data')
    expect(String(text)).toContain(message)
    expect((await exit)[0]).toBe(1)
  })

  it('keeps to a limit that it is given', async () => {
    const port = await freePort()
    const limits = ['--limit', 'maxKeepAliveMs=60000', '--limit', 'receiveMaximum=20']
    const child = await start(['--tcp', String(port), '--anonymous', ...limits])
    const client = await RawClient.open({ tcpPort: port, wsPort: 0 })
    client.send(connectPacket({ protocolVersion: 5, keepalive: 120 }))
    const { properties } = await client.next('connack')
    expect(properties).toMatchObject({ serverKeepAlive: 60, receiveMaximum: 20 })
    client.destroy()
    child.kill('SIGTERM')
    await once(child, 'exit')
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
