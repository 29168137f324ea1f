import * as Y from 'yjs'

/** How long edits are gathered before the whole text is retained. */
const retainAfterMs = 500

/**
 * Shares a document over MQTT below a topic. Edits go to `…/edits` as they are made. The whole document is retained at
 * `…/whole` for pages that come later, and sent after each connect, so that edits made offline arrive too. Yjs merges
 * updates in any order, and the same one any number of times.
 */
export function replicate(document, client, topic) {
  const edits = `${topic}/edits`
  const whole = `${topic}/whole`
  let isDue = false

  const retain = () => {
    isDue = false
    client.publish(whole, Y.encodeStateAsUpdate(document), { qos: 1, retain: true })
  }
  const retainSoon = () => {
    if (!isDue) setTimeout(retain, retainAfterMs)
    isDue = true
  }

  document.on('update', (update, origin) => {
    if (origin === client) return
    client.publish(edits, update, { qos: 1 })
    retainSoon()
  })
  client.on('message', (_topic, payload) => Y.applyUpdate(document, new Uint8Array(payload), client))
  client.on('connect', () => {
    client.subscribe([edits, whole], { qos: 1 })
    // What is retained arrives before that, and is merged; an empty document has nothing to tell.
    if (document.share.get('text').length > 0) retainSoon()
  })
}
