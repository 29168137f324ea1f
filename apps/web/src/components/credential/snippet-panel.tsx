'use client'

import { useState } from 'react'
import { CodeBlock } from '@/components/code-block'
import { Segmented } from '@/components/segmented'
import { mqttVersions, type Snippet } from '@/lib/snippets/snippet'

/** An example; where it differs by version of MQTT, shell or system, a person chooses. */
export function SnippetPanel({ label, variants }: Snippet) {
  const [chosen, setChosen] = useState(variants[0].label)
  const [version, setVersion] = useState(variants[0].version)
  const ofVersion = variants.filter((variant) => variant.version === version)
  const { note, code, language } = ofVersion.find((variant) => variant.label === chosen) ?? variants[0]
  return (
    <div className="flex flex-col gap-2 pt-3">
      <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-12 text-ink-faint">{note}</p>
        {ofVersion.length > 1 && (
          <Segmented
            label={`Kind of example for ${label}`}
            value={chosen}
            onChange={setChosen}
            options={ofVersion.map((variant) => ({ value: variant.label, label: variant.label }))}
          />
        )}
        {version !== null && (
          <Segmented
            label={`Version of MQTT for ${label}`}
            value={version}
            onChange={setVersion}
            options={mqttVersions.map((value) => ({ value, label: `MQTT ${value}` }))}
          />
        )}
      </div>
      <CodeBlock label={`Example for ${label}`} code={code} language={language} />
    </div>
  )
}
