import { mqtt311 } from './mqtt-3.1.1.mjs'
import { connectStatements } from './mqtt-5-connect.mjs'
import { operationStatements } from './mqtt-5-operation.mjs'
import { packetStatements } from './mqtt-5-packets.mjs'

/** Every numbered normative statement of MQTT 5 (OASIS Standard, 7 March 2019, appendix B). */
const mqtt5 = { ...connectStatements, ...packetStatements, ...operationStatements }

/** The standards that the suite covers. Their numbers overlap: MQTT-3.1.2-5 of one is another statement in the other. */
export const standards = { mqtt311, mqtt5 }

export const standardNames = { mqtt311: 'MQTT 3.1.1', mqtt5: 'MQTT 5' }
