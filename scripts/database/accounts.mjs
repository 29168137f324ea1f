import fs from 'node:fs'
import path from 'node:path'

/** @typedef {{ name: string, uid: number, gid: number }} Account */

/**
 * The accounts of this system, as /etc/passwd lists them.
 * @param {string} [file]
 * @returns {Account[]}
 */
export function readAccounts(file = '/etc/passwd') {
  if (!fs.existsSync(file)) return []
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .filter((fields) => fields.length >= 4)
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
}

/**
 * Chooses the account that PostgreSQL runs as. It must be listed, because initdb looks up its name.
 * @param {Account[]} accounts
 * @returns {Account | undefined}
 */
export function unprivilegedAccount(accounts) {
  const candidates = accounts.filter((account) => account.uid > 0 && account.gid > 0)
  const preferred = ['postgres', 'nobody', 'daemon']
  return (
    preferred.flatMap((name) => candidates.filter((account) => account.name === name))[0] ?? candidates[0]
  )
}

/**
 * Whether an account without groups may enter a directory and all directories above it.
 * @param {string} directory
 * @param {number} uid
 */
export function isReachable(directory, uid) {
  let current = fs.realpathSync(directory)
  while (true) {
    const stat = fs.statSync(current)
    const bit = stat.uid === uid ? 0o100 : 0o001
    if ((stat.mode & bit) === 0) return false
    const parent = path.dirname(current)
    if (parent === current) return true
    current = parent
  }
}
