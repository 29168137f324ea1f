import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { clusterProblem } from './cluster.mjs'
import { fitsSocket } from './socket-directory.mjs'

let directory: string

beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'cluster-'))
})

afterEach(() => fs.rmSync(directory, { recursive: true }))

function write(file: string, content = ''): void {
  fs.mkdirSync(path.dirname(path.join(directory, file)), { recursive: true })
  fs.writeFileSync(path.join(directory, file), content)
}

describe('clusterProblem', () => {
  it('finds none where nothing is yet', () => {
    expect(clusterProblem(path.join(directory, 'none'), '18')).toBeUndefined()
  })

  it('names all files that are missing', () => {
    write('PG_VERSION', '18\n')
    write('postgresql.conf')
    expect(clusterProblem(directory, '18')?.message).toMatch(
      /global\/pg_control, base\/1\/PG_VERSION, pg_wal, pg_hba.conf are missing/,
    )
  })

  it('tells another major version apart', () => {
    for (const file of [
      'global/pg_control',
      'base/1/PG_VERSION',
      'pg_wal/x',
      'pg_hba.conf',
      'postgresql.conf',
    ])
      write(file)
    write('PG_VERSION', '17\n')
    expect(clusterProblem(directory, '18')?.message).toContain('made by PostgreSQL 17')
    write('PG_VERSION', '18\n')
    expect(clusterProblem(directory, '18')).toBeUndefined()
  })
})

describe('fitsSocket', () => {
  it('counts bytes, not characters', () => {
    expect(fitsSocket(`/${'a'.repeat(80)}`)).toBe(true)
    expect(fitsSocket(`/${'é'.repeat(80)}`)).toBe(false)
  })
})
