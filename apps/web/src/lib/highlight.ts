export type Language = 'shell' | 'javascript' | 'python' | 'cpp' | 'json'
export type TokenKind = 'plain' | 'string' | 'comment' | 'keyword' | 'number' | 'flag'

export interface Token {
  text: string
  kind: TokenKind
}

/** Splits code into tokens of one colour. Joined, they are the code again. */
export function highlight(code: string, language: Language): Token[] {
  const pattern = new RegExp(RULES[language].map(([kind, rule]) => `(?<${kind}>${rule})`).join('|'), 'gm')
  const tokens: Token[] = []
  let end = 0
  for (const match of code.matchAll(pattern)) {
    if (match.index > end) tokens.push({ text: code.slice(end, match.index), kind: 'plain' })
    tokens.push({ text: match[0], kind: kindOf(match.groups) })
    end = match.index + match[0].length
  }
  if (end < code.length) tokens.push({ text: code.slice(end), kind: 'plain' })
  return tokens
}

function kindOf(groups: Record<string, string | undefined> = {}): TokenKind {
  return (Object.entries(groups).find(([, text]) => text !== undefined)?.[0] ?? 'plain') as TokenKind
}

const STRING = `"(?:[^"\\\\\\n]|\\\\.)*"|'(?:[^'\\\\\\n]|\\\\.)*'`
const NUMBER = '(?<![\\w.-])-?\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+)?(?![\\w.-])'
const words = (list: string) => `\\b(?:${list.replaceAll(' ', '|')})\\b`

const RULES: Record<Language, [Exclude<TokenKind, 'plain'>, string][]> = {
  shell: [
    ['comment', '(?<=^|\\s)#.*$'],
    ['string', STRING],
    ['keyword', '^(?:mosquitto_pub|mosquitto_sub|curl|Invoke-RestMethod|npm|pip)\\b'],
    ['flag', '(?<=\\s)--?[A-Za-z][\\w-]*'],
  ],
  javascript: [
    ['comment', '//.*$'],
    ['string', STRING],
    ['keyword', words('import from const let await async function return new')],
    ['number', NUMBER],
  ],
  python: [
    ['comment', '#.*$'],
    ['string', STRING],
    ['keyword', words('import as from while for in def return with True False None')],
    ['number', NUMBER],
  ],
  cpp: [
    ['comment', '//.*$'],
    ['string', STRING],
    ['keyword', words('void bool return if')],
    ['number', NUMBER],
  ],
  json: [
    ['keyword', '"(?:[^"\\\\\\n]|\\\\.)*"(?=\\s*:)'],
    ['string', STRING],
    ['flag', words('true false null')],
    ['number', NUMBER],
  ],
}
