const kib = 1024

/**
 * The loads. `columns` names the columns that they are shown in; `options` are the load generator's. `goals` are the
 * ratios to mosquitto to reach: for the broker alone with access rules, and for the whole platform.
 */
export const scenarios = {
  fanin0: {
    title: 'fan-in QoS 0',
    columns: 'load',
    options: '--scenario fanin --pubs 50 --subs 1 --qos 0 --window 1000 --batch 8',
    goals: [{ where: 'delivered_per_s', what: 'delivered/s', alone: 3, platform: 2 }],
  },
  fanin1: {
    title: 'fan-in QoS 1',
    columns: 'load',
    options: '--scenario fanin --pubs 50 --subs 1 --qos 1 --inflight 20',
    goals: [{ where: 'delivered_per_s', what: 'delivered/s', alone: 4, platform: 2.5 }],
  },
  fanout0: {
    title: 'fan-out QoS 0',
    columns: 'load',
    options: '--scenario fanout --pubs 1 --subs 200 --qos 0 --window 100 --batch 1 --coalesce 100',
    goals: [{ where: 'delivered_per_s', what: 'delivered/s', alone: 8, platform: 8 }],
  },
  pair1: {
    title: 'pair QoS 1',
    columns: 'load',
    options: '--scenario pair --pairs 100 --qos 1 --inflight 20',
    goals: [{ where: 'delivered_per_s', what: 'delivered/s', alone: 3, platform: 2 }],
  },
  steady: {
    title: '2,000/s over 10 pairs',
    columns: 'latency',
    options: '--scenario latency --topo pair --pubs 10 --rate 2000 --qos 0',
    goals: [
      {
        where: 'server.cpu_s_per_M_deliveries',
        what: 'CPU per message',
        alone: 1.4,
        platform: 1.8,
        lessIsBetter: true,
      },
      { where: 'latency.p99_us', what: 'p99 latency', alone: 1.5, platform: 2, lessIsBetter: true },
    ],
  },
}

/** Fan-in, fan-out and pairs, each at QoS 0 and 1, to compare versions of MQTT. */
export const versionScenarios = {
  fanin0: scenarios.fanin0,
  fanin1: scenarios.fanin1,
  fanout0: scenarios.fanout0,
  fanout1: {
    title: 'fan-out QoS 1',
    options: '--scenario fanout --pubs 1 --subs 200 --qos 1 --inflight 20 --coalesce 100',
  },
  pair0: {
    title: 'pair QoS 0',
    options: '--scenario pair --pairs 100 --qos 0 --window 1000 --batch 8',
  },
  pair1: scenarios.pair1,
}

/** The same shapes for larger payloads, with no more than half a mebibyte or one message each on its way. */
export function scenariosOfSize(bytes) {
  const window = Math.max(1, Math.min(1_000, Math.floor((512 * kib) / bytes)))
  const pubs = bytes > 512 * kib ? 8 : 50
  const inflight = Math.max(1, Math.min(20, Math.floor(window / 10)))
  const subs = bytes > 16 * kib ? 20 : 200
  const pairs = bytes > 512 * kib ? 20 : 100
  return {
    fanin0: `--scenario fanin --pubs ${pubs} --subs 1 --qos 0 --window ${window} --batch 8`,
    fanin1: `--scenario fanin --pubs ${pubs} --subs 1 --qos 1 --inflight ${inflight}`,
    fanout0: `--scenario fanout --pubs 1 --subs ${subs} --qos 0 --window ${Math.min(100, window)} --batch 1`,
    pair1: `--scenario pair --pairs ${pairs} --qos 1 --inflight ${inflight}`,
  }
}
