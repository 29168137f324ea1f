import { describe, expect, it } from 'vitest'
import { highlight, type Language } from './highlight'

const kinds = (code: string, language: Language) =>
  highlight(code, language)
    .filter((token) => token.kind !== 'plain')
    .map((token) => `${token.kind}:${token.text}`)

describe('highlight', () => {
  it.each<[Language, string]>([
    ['shell', `curl -u 'a:b' \\\n  --data '{"t": 21.5}' http://x/ # sends it`],
    ['javascript', `// hello\nconst a = new Map() // 'x\nimport mqtt from "mqtt"`],
    ['python', `import json\nwhile True:  # ever\n    print("a\\"b", -2.5)`],
    ['json', `{"a": [1, true, "é\\n"], "b": {}}`],
    ['json', `not json at all "open`],
  ])('gives back the code of %s whole', (language, code) => {
    expect(
      highlight(code, language)
        .map((token) => token.text)
        .join(''),
    ).toBe(code)
  })

  it('tells a key from a text in JSON', () => {
    expect(kinds('{"a": "b", "n": -1.5, "ok": true}', 'json')).toEqual([
      'keyword:"a"',
      'string:"b"',
      'keyword:"n"',
      'number:-1.5',
      'keyword:"ok"',
      'flag:true',
    ])
  })

  it('finds the flags of a command, and no number inside a name', () => {
    expect(kinds('mosquitto_pub -t main/devices/pump-7/telemetry', 'shell')).toEqual([
      'keyword:mosquitto_pub',
      'flag:-t',
    ])
  })
})
