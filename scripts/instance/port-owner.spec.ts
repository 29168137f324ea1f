import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs from 'node:fs'
import net from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { findPortOwner, listeningInodes } from './port-owner.mjs'

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1 0 100 0 0 10 0
   1: 0100007F:0BB8 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0        0 222 1 0 100 0 0 10 0
   2: 00000000:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 333 1 0 100 0 0 10 0
`

describe('listeningInodes', () => {
  it('finds the socket that listens, not those that are connected or on other ports', () => {
    expect(listeningInodes(table, 3000)).toEqual(['111'])
    expect(listeningInodes(table, 3001)).toEqual(['333'])
    expect(listeningInodes(table, 3002)).toEqual([])
  })
})

describe('findPortOwner', () => {
  it('names this process for a port of its own', async () => {
    const server = net.createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    expect(findPortOwner(port)?.pid).toBe(process.pid)
    await new Promise((resolve) => server.close(resolve))
    expect(findPortOwner(port)).toBeUndefined()
  })

  it('names the supervisor of another Heliograph, which would start its api again', async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-owner-'))
    fs.mkdirSync(path.join(directory, 'scripts'))
    const script = path.join(directory, 'scripts', 'start.mjs')
    const api = `require('net').createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port) })`
    fs.writeFileSync(
      script,
      `import { spawn } from 'node:child_process'
       const api = spawn(process.execPath, ['-e', ${JSON.stringify(api)}], { stdio: 'inherit' })
       process.on('SIGTERM', () => { api.kill(); process.exit() })`,
    )
    const supervisor = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [port] = await once(supervisor.stdout, 'data')
    expect(findPortOwner(Number(port))).toMatchObject({ pid: supervisor.pid, name: 'another Heliograph' })
    supervisor.kill()
    await once(supervisor, 'close')
    fs.rmSync(directory, { recursive: true })
  })
})
