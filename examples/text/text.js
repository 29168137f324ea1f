import * as Y from 'yjs'
import { connect, organization } from '/shared/connect.js'
import { bindTextarea } from './bind-textarea.js'
import { replicate } from './replicate.js'

const name = new URLSearchParams(location.search).get('document') ?? 'notes'
const shared = new Y.Doc()
bindTextarea(document.querySelector('textarea'), shared.getText('text'))
replicate(shared, connect(), `${organization()}/apps/text/${name}`)
