'use client'

import { appsFilter, channels, organizationFilter } from '@heliograph/protocol'
import { Field } from '@/components/field'
import { SelectField } from '@/components/select-field'
import { TextField } from '@/components/text-field'
import { Textarea } from '@/components/textarea'
import { useOrganization } from '@/lib/organization'
import { type FilterChoice, FilterField } from './filter-field'
import { type ApplicationValues, filterProblem, type OriginChoice } from './form-values'

interface ApplicationFieldsProps {
  /** The result of `useForm`. */
  form: {
    values: ApplicationValues
    set: <Key extends keyof ApplicationValues>(key: Key, value: ApplicationValues[Key]) => void
    error: (path: string) => string | undefined
  }
}

/** What an application is called, what it may do, and from which web pages. */
export function ApplicationFields({ form: { values, set, error } }: ApplicationFieldsProps) {
  const { slug } = useOrganization()
  const filterError = (kind: 'subscribe' | 'publish') =>
    error(kind) && (filterProblem(kind, slug, values[kind]) ?? error(kind))
  return (
    <>
      <TextField
        label="Name"
        error={error('name')}
        autoComplete="off"
        placeholder="Node-RED"
        value={values.name}
        onValue={(name) => set('name', name)}
      />
      <FilterField
        label="Subscribes to"
        hint="One topic filter per line. It receives the messages of these topics and of no others."
        error={filterError('subscribe')}
        value={values.subscribe}
        onValue={(filters) => set('subscribe', filters)}
        choices={subscribeChoices(slug)}
      />
      <FilterField
        label="Publishes to"
        hint="One topic filter per line: topics of applications, or commands to devices."
        error={filterError('publish')}
        value={values.publish}
        onValue={(filters) => set('publish', filters)}
        choices={publishChoices(slug)}
      />
      <SelectField<OriginChoice>
        label="Web pages that may connect"
        hint={originHints[values.originChoice]}
        value={values.originChoice}
        onValue={(choice) => set('originChoice', choice)}
        options={[
          ['any', 'Pages of any origin'],
          ['listed', 'Pages of these origins only'],
          ['none', 'No web pages'],
        ]}
      />
      {values.originChoice === 'listed' && (
        <Field
          label="Origins"
          hint="One per line, such as https://example.com or http://localhost:8080."
          error={error('origins')}
        >
          {(control) => (
            <Textarea
              {...control}
              rows={2}
              spellCheck={false}
              className="font-mono text-12"
              value={values.origins}
              onChange={(event) => set('origins', event.target.value)}
            />
          )}
        </Field>
      )}
    </>
  )
}

const originHints: Record<OriginChoice, string> = {
  any: 'Whoever opens a page that connects can read the password of the application.',
  listed: 'Programs that are not web pages, such as Node-RED, may always connect.',
  none: 'Programs that are not web pages, such as Node-RED, may always connect.',
}

const appsChoice = (org: string): FilterChoice => ({
  label: 'Topics of applications',
  filter: () => appsFilter(org),
  ofDevices: false,
})

function subscribeChoices(org: string): FilterChoice[] {
  const { telemetry, event, reported, desired, command, reply, presence, notice, fleet } = channels
  const ofDevices = { telemetry, event, reported, desired, command, reply, presence, notice }
  return [
    ...Object.values(ofDevices).map(({ title, filter }) => ({
      label: title,
      filter: (device: string | undefined) => filter(device === undefined ? { org } : { org, device }),
      ofDevices: true,
    })),
    appsChoice(org),
    { label: fleet.title, filter: () => fleet.filter({ org }), ofDevices: false },
    { label: 'Everything', filter: () => organizationFilter(org), ofDevices: false },
  ]
}

function publishChoices(org: string): FilterChoice[] {
  const { command } = channels
  return [
    {
      label: command.title,
      filter: (device) => command.filter(device === undefined ? { org } : { org, device }),
      ofDevices: true,
    },
    appsChoice(org),
  ]
}
