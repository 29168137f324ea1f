import fs from 'node:fs'
import path from 'node:path'
import { clusterProblem, markRestored } from '../database/cluster.mjs'
import { findPostgresBinaries, postgresMajor } from '../database/postgres-binaries.mjs'
import { assertRoomFor, describeBytes } from '../foundation/disk.mjs'
import { step } from '../foundation/progress.mjs'
import { UserError } from '../foundation/user-error.mjs'
import { assertFits } from './assert-fits.mjs'
import { readDescription, unpack } from './read-archive.mjs'
import { replaceConfiguration } from './replace-configuration.mjs'
import { claimTarget } from './restore-target.mjs'
import { verifyCluster } from './verify-cluster.mjs'

/**
 * Makes a data directory from a backup. Everything is unpacked and verified beside it first, and the backup's configuration
 * of PostgreSQL replaced; the existing directory is only renamed, as the last step.
 * @param {{ file: string, dataDir: string, replace: boolean, cleanup: import('./command-line.mjs').Cleanup }} options
 */
export async function restoreBackup({ file, dataDir, replace, cleanup }) {
  if (!fs.statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UserError(`There is no backup ${file}.`, 'Usage: npm run restore -- FILE')
  const description = await readDescription(file)
  const major = postgresMajor(findPostgresBinaries())
  await assertFits(description, { file, major })
  const target = await claimTarget(dataDir, { replace, cleanup })
  assertRoomFor(target.parent, description.clusterBytes, 'the restored data')

  const staging = target.makeStaging()
  const cluster = path.join(staging, 'postgres')
  const fileBytes = fs.statSync(file).size
  await step(
    'backup',
    'unpacking',
    (update) =>
      unpack(file, cluster, (bytes) => update(`read ${describeBytes(bytes)} of ${describeBytes(fileBytes)}`)),
    () => 'unpacked',
  )
  await step(
    'files',
    'verifying',
    (update) =>
      verifyCluster(cluster, description.walSegmentBytes, (bytes) =>
        update(`verified ${describeBytes(bytes)} of about ${describeBytes(description.clusterBytes)}`),
      ),
    ({ files, bytes }) => `${files} verified, ${describeBytes(bytes)}`,
  )
  const problem = clusterProblem(cluster, major)
  if (problem) throw problem
  replaceConfiguration(cluster)
  markRestored(staging)
  return { description, keptAside: target.install(staging) }
}
