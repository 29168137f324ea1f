import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { Header } from 'tar'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { archiveOf, type BackupDescription, blockBytes, thisMachine } from './archive.mjs'
import { readDescription, unpack } from './read-archive.mjs'

const description: BackupDescription = {
  format: 1,
  heliograph: '0.1.0',
  createdAt: '2026-01-02T03:04:05.000Z',
  postgres: '18.4',
  machine: thisMachine(),
  clusterBytes: 1000,
  walSegmentBytes: 16 * 1024 * 1024,
  migrations: ['1_first'],
  authSecretFromEnvironment: false,
}
const keys = new Map([['auth-secret', Buffer.from('secret')]])
const end = Buffer.alloc(2 * blockBytes)

let directory: string
let file: string

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heliograph-archive-'))
  file = path.join(directory, 'backup.tar.gz')
})
afterEach(() => fs.rmSync(directory, { recursive: true, force: true }))

function tarOf(name: string, text: string): Buffer {
  const header = new Header({ path: name, mode: 0o600, size: text.length, type: 'File', mtime: new Date() })
  header.encode()
  return Buffer.concat([header.block ?? Buffer.alloc(0), Buffer.from(text.padEnd(blockBytes, '\0'))])
}

/** The archive of a cluster that the server sends in these pieces. */
async function archive(pieces: Buffer[]): Promise<Buffer> {
  const baseBackup = {
    clusterBytes: Promise.resolve(1000),
    archive: Readable.from(pieces),
    manifest: Promise.resolve(Buffer.from('the manifest')),
  }
  const parts: Buffer[] = []
  for await (const part of archiveOf(description, keys, baseBackup)) parts.push(part)
  return Buffer.concat(parts)
}

describe('a backup archive', () => {
  it('gives back the description, the keys, the cluster and the manifest, however the server cuts its pieces', async () => {
    const whole = Buffer.concat([tarOf('PG_VERSION', '18'), end])
    for (const cut of [1, blockBytes, whole.length - 1, whole.length - blockBytes]) {
      fs.writeFileSync(file, gzipSync(await archive([whole.subarray(0, cut), whole.subarray(cut)])))
      expect(await readDescription(file)).toEqual(description)

      const target = fs.mkdtempSync(path.join(directory, 'restored-'))
      await unpack(file, path.join(target, 'postgres'), () => {})
      const read = (name: string) => fs.readFileSync(path.join(target, name), 'utf8')
      expect(read('auth-secret')).toBe('secret')
      expect(read('postgres/PG_VERSION')).toBe('18')
      expect(read('postgres/backup_manifest')).toBe('the manifest')
    }
  })

  it('is refused when the server’s own archive lacks its end', async () => {
    await expect(archive([tarOf('PG_VERSION', '18')])).rejects.toThrow('does not end with two empty blocks')
  })

  it('is refused at any place where it is cut off', async () => {
    const packed = gzipSync(await archive([tarOf('PG_VERSION', '18'), end]))
    for (const length of [30, Math.floor(packed.length / 2), packed.length - 1]) {
      fs.writeFileSync(file, packed.subarray(0, length))
      const target = fs.mkdtempSync(path.join(directory, 'restored-'))
      await expect(unpack(file, path.join(target, 'postgres'), () => {})).rejects.toThrow('ends too early')
    }
  })

  it('has written its last byte when it is refused, so that its files can be removed', async () => {
    const files = Array.from({ length: 100 }, (_, n) => tarOf(`base/${n}/${n}`, 'row'))
    const noHeader = Buffer.alloc(blockBytes, 'x')
    fs.writeFileSync(file, gzipSync(await archive([...files, noHeader, end])))
    const target = path.join(directory, 'restored')
    fs.mkdirSync(target)

    await expect(unpack(file, path.join(target, 'postgres'), () => {})).rejects.toThrow('is damaged')
    const written = fs.readdirSync(target, { recursive: true })
    expect(written.length).toBeGreaterThan(0)
    await sleep(100)
    expect(fs.readdirSync(target, { recursive: true })).toEqual(written)
  })

  it('is refused when a file of it cannot be written', async () => {
    const clash = [tarOf('base', 'a file'), tarOf('base/1', 'in a directory of the same name'), end]
    fs.writeFileSync(file, gzipSync(await archive(clash)))
    await expect(unpack(file, path.join(directory, 'postgres'), () => {})).rejects.toThrow(
      /could not be unpacked|is damaged/,
    )
  })
})
