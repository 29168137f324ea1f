import fs from 'node:fs'

/** Names the process that listens on a TCP port: `mosquitto (process 4711)`. Finds processes of this user, on Linux only. */
export function describePortHolder(port: number): string {
  const sockets = new Set(
    ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) => listeningSockets(table, port)),
  )
  const pid = attempt(() => fs.readdirSync('/proc'), [])
    .filter((name) => /^\d+$/.test(name))
    .find((name) => openFiles(name).some((file) => sockets.has(file)))
  if (pid === undefined) return 'another process'
  const name = attempt(() => fs.readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'a process')
  return `${name} (process ${pid})`
}

/** proc(5): the second field is the local address, the fourth the state (0A: listening), the tenth the inode. */
function listeningSockets(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  return attempt(() => fs.readFileSync(table, 'utf8'), '')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local, , state]) => local?.endsWith(suffix) && state === '0A')
    .map((fields) => `socket:[${fields[9]}]`)
}

function openFiles(pid: string): string[] {
  const directory = `/proc/${pid}/fd`
  return attempt(() => fs.readdirSync(directory), []).map((file) =>
    attempt(() => fs.readlinkSync(`${directory}/${file}`), ''),
  )
}

function attempt<Result>(read: () => Result, otherwise: Result): Result {
  try {
    return read()
  } catch {
    return otherwise
  }
}
