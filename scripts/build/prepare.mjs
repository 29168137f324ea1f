import fs from 'node:fs'
import { assertDiskSpace } from '../foundation/disk.mjs'
import { inProject, projectRoot } from '../foundation/paths.mjs'
import { say, step } from '../foundation/progress.mjs'
import { waitForLock } from '../process/lock.mjs'
import { build, isBuilt } from './build.mjs'
import { install, isInstalled } from './install.mjs'

const installMegabytes = 2000
const buildMegabytes = 300

/** Installs and builds what is missing or has changed. A lock admits one process at a time in a clone. */
export async function installAndBuild() {
  await withCloneLock(async () => {
    await installOnly()
    if (isBuilt()) return
    assertDiskSpace(projectRoot, buildMegabytes, 'the build')
    await step('build', 'building', build, () => 'built')
  })
}

/** Installs what is missing or has changed. */
export async function installDependencies() {
  await withCloneLock(installOnly)
}

async function installOnly() {
  if (isInstalled()) return
  assertDiskSpace(projectRoot, installMegabytes, 'the installation')
  await step('dependencies', 'installing', install, () => 'installed')
}

/** @param {() => Promise<void>} work */
async function withCloneLock(work) {
  fs.mkdirSync(inProject('.turbo'), { recursive: true })
  const lock = await waitForLock(inProject('.turbo/prepare.lock'), ({ pid }) => {
    say(`  process ${pid} installs or builds in this directory; waiting until it ends …`)
  })
  try {
    await work()
  } finally {
    lock.release()
  }
}
