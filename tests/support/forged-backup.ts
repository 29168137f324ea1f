import { createHash } from 'node:crypto'
import { Header } from 'tar'

const blockBytes = 512

interface Manifest {
  Files: { Path: string; Size: number; Checksum: string }[]
}

/** The tar of a backup with files added or replaced and a manifest that lists them, as somebody would forge it. */
export function forgeBackup(tar: Buffer, files: Record<string, string>): Buffer {
  const entries = entriesOf(tar).filter(({ name }) => !(name in files) && name !== 'backup_manifest')
  const manifest = entriesOf(tar).find(({ name }) => name === 'backup_manifest')
  if (manifest === undefined) throw new Error('the backup has no manifest')
  const added = Object.entries(files).map(([name, text]) => ({ name, bytes: entry(name, Buffer.from(text)) }))
  const forged = entry('backup_manifest', forgeManifest(manifest.content, files))
  return Buffer.concat([
    ...[...entries, ...added].map(({ bytes }) => bytes),
    forged,
    Buffer.alloc(2 * blockBytes),
  ])
}

function forgeManifest(original: Buffer, files: Record<string, string>): Buffer {
  const { Files, ...rest } = JSON.parse(original.toString()) as Manifest & { 'Manifest-Checksum': string }
  const listed = Object.entries(files).map(([Path, text]) => ({
    Path,
    Size: Buffer.byteLength(text),
    'Checksum-Algorithm': 'SHA256',
    Checksum: sha256(text),
  }))
  const all = { ...rest, Files: [...Files.filter(({ Path }) => !(Path in files)), ...listed] }
  const text = JSON.stringify({ ...all, 'Manifest-Checksum': undefined })
  const signed = `${text.slice(0, -1)},\n`
  return Buffer.from(`${signed}"Manifest-Checksum": "${sha256(signed)}"}\n`)
}

function entriesOf(tar: Buffer): { name: string; bytes: Buffer; content: Buffer }[] {
  const entries: { name: string; bytes: Buffer; content: Buffer }[] = []
  for (let at = 0; at < tar.length && tar[at] !== 0; ) {
    const { path = '', size = 0 } = new Header(tar, at)
    const end = at + blockBytes + Math.ceil(size / blockBytes) * blockBytes
    const content = tar.subarray(at + blockBytes, at + blockBytes + size)
    entries.push({ name: path, bytes: tar.subarray(at, end), content })
    at = end
  }
  return entries
}

function entry(path: string, content: Buffer): Buffer {
  const header = new Header({ path, mode: 0o600, size: content.length, type: 'File', mtime: new Date() })
  header.encode()
  if (!header.block) throw new Error(`no header for ${path}`)
  const padding = (blockBytes - (content.length % blockBytes)) % blockBytes
  return Buffer.concat([header.block, content, Buffer.alloc(padding)])
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
