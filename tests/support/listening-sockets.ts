import fs from 'node:fs'

/** The sockets on which a process listens: TCP as the kernel writes an address, Unix sockets by path. Linux only. */
export function listeningSockets(pid: number): { tcp: string[]; unix: string[] } {
  const inodes = new Set(
    fs.readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      const inode = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`))?.[1]
      return inode === undefined ? [] : [inode]
    }),
  )
  const tcp = ['tcp', 'tcp6'].flatMap((table) => rowsOf(table).filter(([, , , state]) => state === '0A'))
  // The flag of a Unix socket that accepts connections (include/uapi/linux/net.h, __SO_ACCEPTCON).
  const unix = rowsOf('unix').filter(([, , , flags]) => flags === '00010000')
  return {
    tcp: tcp.filter((row) => inodes.has(row[9] ?? '')).map((row) => row[1] ?? ''),
    unix: unix.filter((row) => inodes.has(row[6] ?? '')).map((row) => row[7] ?? ''),
  }
}

function rowsOf(table: string): string[][] {
  const lines = fs.readFileSync(`/proc/net/${table}`, 'utf8').trim().split('\n').slice(1)
  return lines.map((line) => line.trim().split(/\s+/))
}

/** A file may be closed while the list of files is read. */
function readLink(file: string): string {
  try {
    return fs.readlinkSync(file)
  } catch {
    return ''
  }
}
