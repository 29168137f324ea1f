import { highlight, type Language, type TokenKind } from '@/lib/highlight'

/** Highlighted code, for use inside a `pre` or `code`. */
export function Code({ code, language }: { code: string; language: Language }) {
  let at = 0
  return highlight(code, language).map(({ text, kind }) => {
    const key = at
    at += text.length
    return (
      <span key={key} className={COLOUR[kind]}>
        {text}
      </span>
    )
  })
}

const COLOUR: Record<TokenKind, string> = {
  plain: '',
  string: 'text-code-string',
  comment: 'text-ink-faint',
  keyword: 'text-code-keyword',
  number: 'text-code-number',
  flag: 'text-code-flag',
}
