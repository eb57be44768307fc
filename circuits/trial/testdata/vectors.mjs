// Makes vectors.json: node vectors.mjs > vectors.json
//
// A trial's digests, written from their specification; nothing is shared with the Go implementation.
import { digest, draw, hash, text } from '../../field/testdata/poseidon2.mjs'

const TAG_BITS = 120n
const low = (n) => n % 2n ** TAG_BITS

// The first number lies lowest.
const packed = (...parts) => {
  let at = 0n
  return parts.reduce((sum, [value, bits]) => {
    if (BigInt(value) >= 2n ** BigInt(bits)) throw new Error(`${value} has more than ${bits} bits`)
    sum += BigInt(value) << at
    at += BigInt(bits)
    return sum
  }, 0n)
}
const lanes = (numbers) => packed(...numbers.map((n) => [n, 22]))

const FOREVER = 2 ** 40 - 1
const MOST = 2 ** 16 - 1

const trial = (name) => digest('scope', name)

const tag = (name) => {
  const person = draw(`${name} identity`)
  const of = trial(name)
  return { name, person: text(person), trial: text(of), tag: text(low(hash('tag', person, of))),
    random: text(draw(`${name} random`)), anonymous: text(2n ** TAG_BITS + low(draw(`${name} random`))) }
}

const version = ([name, from, until]) => {
  const [terms, policy] = [draw(`terms of ${name}`), draw(`policy of ${name}`)]
  return { value: hash('trial-version', terms, policy, packed([from, 40], [until, 40])),
    json: { terms: text(terms), policy: text(policy), from, until } }
}

const protocol = (safety, lateness, sites, plan, ...versions) => {
  const all = versions.map(version)
  const places = [0, 1, 2, 3].map((i) => all[i]?.value ?? 0n)
  const value = hash('trial-protocol', ...places, packed([safety, 22], [lateness, 40]), draw(sites), draw(plan))
  return { safety, lateness, sites: text(draw(sites)), plan: text(draw(plan)), versions: all.map((v) => v.json), digest: text(value) }
}

const participant = (name, numbers) => {
  const [of, next, grant, history] = ['tag', 'next', 'grant', 'history'].map((what) => draw(`${what} of ${name}`))
  const widths = { site: 8, grantIndex: 28, grantUntil: 40, version: 2, consented: 40, custodial: 1, phase: 3, visits: 16, lastVisit: 40, events: 16,
    status: 2, statusSince: 40 }
  const fields = packed(...Object.entries(widths).map(([field, bits], i) => [numbers[i], bits]))
  const values = Object.fromEntries(Object.keys(widths).map((field, i) => [field, numbers[i]]))
  return { tag: text(of), next: text(next), grant: text(grant), ...values, custodial: numbers[5] === 1, history: text(history), fields: text(fields),
    leaf: text(hash('participant', of, next, grant, fields, history)) }
}

const state = (name, [participants, time, batches, sinceFlag], activity, deviations) => {
  const [of, root] = [trial(name), draw(`root of ${name}`)]
  const numbers = packed([time, 40], [batches, 16], [participants, 16], [sinceFlag, 22])
  return { trial: text(of), root: text(root), participants, time, batches, sinceFlag, activity, deviations,
    digest: text(hash('trial-state', of, root, lanes(activity), lanes(deviations), numbers)), counters: text(lanes([participants, ...activity])) }
}

// Events of one participant in one batch: kind, when, phase, custodial, version, ineligible, deferred.
let [history, chain] = [0n, 0n]
const events = [[1, 1900000000, 0, 1, 3, 0, 1], [3, FOREVER, 7, 0, 0, 0, 0], [1, 5, 0, 0, 2, 1, 0], [9, 1900000001, 0, 0, 0, 0, 0]].map((numbers, i) => {
  const widths = [4, 40, 3, 1, 2, 1, 1]
  const [entry, replaced, of] = [draw(`entry ${i}`), i === 3 ? draw('replaced') : 0n, low(draw('tag of events'))]
  history = hash('trial-event', history, packed(...numbers.map((n, j) => [n, widths[j]])), entry, replaced)
  chain = hash('trial-batch', chain, of, history)
  const [kind, when, phase, custodial, version, ineligible, deferred] = numbers
  return { kind, when, phase, custodial: custodial === 1, version, ineligible: ineligible === 1, deferred: deferred === 1, entry: text(entry),
    replaced: text(replaced), tag: text(of), history: text(history), chain: text(chain), message: text(hash('trial-signed', trial('events'), chain)) }
})

const count = (n, from) => Array.from({ length: n }, (_, i) => from + i)

console.log(JSON.stringify({
  tags: ['first', 'second', ''].map(tag),
  protocols: [
    protocol(1, 0, 'sites of one', 'plan of one', ['one', 0, FOREVER]),
    protocol(2 ** 22 - 1, FOREVER, 'sites of four', 'plan of four', ['a', 0, 5], ['b', 1, FOREVER], ['c', 2, 3], ['d', FOREVER - 1, FOREVER]),
  ],
  participants: [
    participant('nobody yet', Array(12).fill(0)),
    participant('everything', [255, 2 ** 28 - 1, FOREVER, 3, FOREVER, 1, 7, MOST, FOREVER, MOST, 3, FOREVER]),
    participant('somebody', [3, 130, 1900000000, 1, 1800000000, 0, 2, 5, 1850000000, 1, 2, 1860000000]),
  ],
  states: [
    state('nothing', [0, 0, 0, 0], Array(10).fill(0), Array(7).fill(0)),
    state('everything', [MOST, FOREVER, MOST, 2 ** 22 - 1], Array(10).fill(2 ** 22 - 1), Array(7).fill(2 ** 22 - 1)),
    state('something', [12, 1900000000, 34, 5], count(10, 100), count(7, 1)),
  ],
  trial: text(trial('events')),
  events,
}, null, 1))
