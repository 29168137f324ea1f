import fs from 'node:fs'
import { assertDiskSpace } from '../foundation/disk.mjs'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say, step } from '../foundation/progress.mjs'
import { stillRuns, waitForLock } from '../process/lock.mjs'
import { endTree } from '../process/process-tree.mjs'
import { build, isBuilt } from './build.mjs'
import { install, isInstalled } from './install.mjs'

/** @typedef {(id: import('../process/lock.mjs').ProcessId) => void} Remember notes a command that runs, in case this process is killed */

/** A command that was left behind, such as npm, ends within this time. */
const leftoverMs = 5_000

const installMegabytes = 2000
const buildMegabytes = 300

/** Installs and builds what is missing or has changed. A lock admits one process at a time in a clone. */
export async function installAndBuild() {
  await withCloneLock(async (remember) => {
    await installOnly(remember)
    if (isBuilt()) return
    assertDiskSpace(projectRoot, buildMegabytes, 'the build')
    await step(
      'build',
      'building',
      (update) => build(update, remember),
      () => 'built',
    )
  })
}

/** Installs what is missing or has changed. */
export async function installDependencies() {
  await withCloneLock(installOnly)
}

/** @param {Remember} remember */
async function installOnly(remember) {
  if (isInstalled()) return
  assertDiskSpace(projectRoot, installMegabytes, 'the installation')
  await step(
    'dependencies',
    'installing',
    (update) => install(update, remember),
    () => 'installed',
  )
}

/** @param {(remember: Remember) => Promise<void>} work */
async function withCloneLock(work) {
  fs.mkdirSync(inProject('.turbo'), { recursive: true })
  const lock = await waitForLock(inProject('.turbo/prepare.lock'), ({ pid }) => {
    say(`  process ${pid} installs or builds in this directory; waiting until it ends …`)
  })
  try {
    await endLeftovers(lock)
    await work((id) => lock.update({ children: [id] }))
  } finally {
    lock.release()
  }
}

/**
 * Ends the commands of a start that was killed: they would write into the same directories.
 * @param {import('../process/lock.mjs').Lock} lock
 */
async function endLeftovers({ predecessor }) {
  for (const id of predecessor?.children ?? []) {
    if (stillRuns(id)) await endTree(id.pid, leftoverMs)
  }
}
