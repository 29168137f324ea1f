'use client'

import { useState } from 'react'
import { CodeBlock } from '@/components/code-block'
import { Segmented } from '@/components/segmented'
import type { Snippet } from '@/lib/snippets'

/** An example; where it differs by shell or system, a person chooses. */
export function SnippetPanel({ label, variants }: Snippet) {
  const [chosen, setChosen] = useState(variants[0].label)
  const { note, code, language } = variants.find((variant) => variant.label === chosen) ?? variants[0]
  return (
    <div className="flex flex-col gap-2 pt-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-12 text-ink-faint">{note}</p>
        {variants.length > 1 && (
          <Segmented
            label={`Kind of example for ${label}`}
            value={chosen}
            onChange={setChosen}
            options={variants.map((variant) => ({ value: variant.label, label: variant.label }))}
          />
        )}
      </div>
      <CodeBlock label={`Example for ${label}`} code={code} language={language} />
    </div>
  )
}
