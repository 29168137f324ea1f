import { describe, expect, it } from 'vitest'
import { valueLabels } from './value-ticks'

describe('valueLabels', () => {
  it.each([
    [[20, 20.5, 21], 0.5, ['20.0', '20.5', '21.0']],
    [[-5, 0, 5], 5, ['-5', '0', '5']],
    [[0, 2_000_000_000, 4_000_000_000], 2e9, ['0', '2 G', '4 G']],
    [[0, 500_000, 1_000_000], 5e5, ['0', '500000', '1000000']],
    [[10_000_000, 10_500_000], 5e5, ['10.0 M', '10.5 M']],
    [[4_294_967_290, 4_294_967_295], 5, ['…967290', '…967295']],
    [[52.520_005, 52.520_01], 5e-6, ['…520005', '…520010']],
    [[1e-7, 2e-7], 1e-7, ['1e-7', '2e-7']],
    [[0, 1e25], 1e25, ['0', '1e25']],
  ])('%j: %j', (ticks, step, labels) => {
    expect(valueLabels(ticks, step)).toEqual(labels)
    for (const label of valueLabels(ticks, step)) expect(label.length).toBeLessThanOrEqual(7)
  })
})
