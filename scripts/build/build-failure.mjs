import { UserError } from '../foundation/user-error.mjs'

/**
 * What turbo's output says about known causes. The first that fits gives the advice.
 * @type {[cause: RegExp, advice: string][]}
 */
const causes = [
  [/ENOSPC|No space left on device/i, 'The disk is full: make room, then start again.'],
  [
    /heap out of memory|ENOMEM|Cannot allocate memory|SIGKILL|\bexit(ed)?( with)?( code)? ?\(?137\b|\bKilled\b/i,
    'The memory did not suffice for the build. Close other programs or add swap, then start again.',
  ],
  [
    /EACCES|EPERM|Permission denied/i,
    'A file belongs to another user, perhaps because it was built as root before: change the owner (chown -R), then start again.',
  ],
  [
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT/,
    'Something was to be loaded from the network, which cannot be reached. Check the network or its proxy, then start again.',
  ],
  [
    /error TS\d+|Type error:|Failed to compile|SyntaxError/,
    'The source does not compile, for the reasons above: git status shows which files differ from the released ones.',
  ],
  [
    /Cannot find (module|package)|ERR_MODULE_NOT_FOUND|Module not found/i,
    'A dependency is missing: remove node_modules, then start again, which installs all of them.',
  ],
]

const otherwise = 'If you changed nothing, remove node_modules and .turbo and start again.'

/**
 * The error of a build: the output of the workspace that failed, and what to do about its cause.
 * @param {string[]} lines the output of turbo
 */
export function buildFailure(lines) {
  const failed = lines.map((line) => /^ *Failed: +(.+)#build/.exec(line)?.[1]).find(Boolean)
  const prefix = `${failed}:build: `
  const said = lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
  const useful = said.filter((line) => line.trim() && !/^(npm (warn|error|notice)|> |cache miss)/.test(line))
  const advice = causes.find(([cause]) => lines.some((line) => cause.test(line)))?.[1] ?? otherwise
  return new UserError(
    `The build of ${failed ?? 'the workspaces'} failed:`,
    ...(useful.length > 0 ? useful : lines),
    advice,
  )
}
