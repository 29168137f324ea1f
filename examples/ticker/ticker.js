import { connect, organization } from '/shared/connect.js'

const ticks = `${organization()}/apps/ticker/`
const client = connect()
const rows = new Map()

// Ticks are retained, so that a page has all symbols at once, and not only with their next tick.
client.on('connect', () => client.subscribe(`${ticks}+`))

client.on('message', (topic, payload) => {
  const symbol = topic.slice(ticks.length)
  const { price, tick } = JSON.parse(payload.toString())
  const [, priceCell, tickCell] = rowOf(symbol).cells
  priceCell.textContent = price.toFixed(2)
  tickCell.textContent = tick
})

function rowOf(symbol) {
  const known = rows.get(symbol)
  if (known !== undefined) return known
  const row = document.querySelector('tbody').insertRow()
  row.insertCell().textContent = symbol
  row.insertCell()
  row.insertCell()
  rows.set(symbol, row)
  return row
}
