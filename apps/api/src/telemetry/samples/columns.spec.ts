import { describe, expect, it } from 'vitest'
import { Columns } from './columns.js'
import { TimestampAssigner } from './timestamp-assigner.js'

function fill(columns: Columns, rows: number, name: string): void {
  for (let row = 0; row < rows; row++) columns.push(name, Number.NaN, row, `${name}${row}`)
  columns.endRecord()
}

function copyOf(columns: Columns) {
  const copy = new Columns()
  copy.append(columns)
  return copy
}

describe('Columns', () => {
  it.each([3, 1_000])('have nothing of the %i rows that they had before they were cleared', (before) => {
    const columns = new Columns()
    fill(columns, before, 'old')
    fill(columns, 1, 'older')
    columns.clear()
    expect([columns.length, columns.records, copyOf(columns).names]).toEqual([0, 0, []])
    fill(columns, 2, 'new')
    const { names, numbers, others } = copyOf(columns)
    expect([columns.length, columns.records]).toEqual([2, 1])
    expect([names, numbers, others]).toEqual([
      ['new', 'new'],
      [0, 1],
      ['new0', 'new1'],
    ])
  })

  it('release the memory of an unusually large message', () => {
    const columns = new Columns()
    fill(columns, 1_000, 'x'.repeat(10))
    columns.clear()
    expect(columns.names).toEqual([])
  })

  it('get the times of their own records, not those of the message before', () => {
    const [columns, timestamps] = [new Columns(), new TimestampAssigner()]
    fill(columns, 1, 'a')
    fill(columns, 4, 'b')
    const assignedUs = [1, 2].map(() => {
      columns.clear()
      fill(columns, 1, 'c')
      timestamps.assign(1, columns, 5)
      return copyOf(columns).timesUs
    })
    expect(assignedUs).toEqual([[5_000], [5_001]])
  })
})
