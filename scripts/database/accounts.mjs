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
 * The account to lend to PostgreSQL. It has to be a known one, since initdb looks up its name.
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
 * Whether an account without groups can pass through a directory and all above it.
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
