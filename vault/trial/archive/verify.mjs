// Checks the archive of a clinical trial, in the folder where this file lies:
//
//   node verify.mjs [--snarkjs FOLDER] [--rpc URL]
//
// It needs Node 20 or later, and nothing else. With snarkjs (of --snarkjs, a folder such as node_modules/snarkjs, or one that Node finds from the
// folder that it runs in) it verifies every batch's proof; with --rpc it asks the contract, through any node of the chain. It prints what it has
// checked and what it has not, and ends with 1 at the first thing that is wrong. README.md states every formula.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'

const HERE = dirname(fileURLToPath(import.meta.url))
const P = 21888242871839275222246405745257275088548364400416034343698204186575808495617n // order of BN254's scalar field
const Q = 21888242871839275222246405745257275088696311157297823662689037894645226208583n // modulus of its coordinates

class Wrong extends Error {}
const must = (holds, what) => { if (!holds) throw new Wrong(what) }

// Files

const bytesOf = (name) => {
  must(existsSync(join(HERE, name)), `${name} is missing`)
  return readFileSync(join(HERE, name))
}
const jsonOf = (name) => {
  try {
    return JSON.parse(bytesOf(name).toString('utf8'))
  } catch (e) {
    throw e instanceof SyntaxError ? new Wrong(`${name} is not JSON: ${e.message}`) : e
  }
}
const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const number = (i) => String(i).padStart(4, '0')
const same = isDeepStrictEqual

function checkFiles() {
  const listed = bytesOf('SHA256SUMS').toString('utf8').trimEnd().split('\n').map((line) => {
    const [, sum, name] = line.match(/^([0-9a-f]{64}) {2}(.+)$/) ?? []
    must(name, `SHA256SUMS has a line that is none: ${line}`)
    return { sum, name }
  })
  for (const { sum, name } of listed) must(sha256(bytesOf(name)) === sum, `${name} is not the file that SHA256SUMS lists`)
  const there = readdirSync(HERE, { recursive: true, withFileTypes: true }).filter((e) => !e.isDirectory())
    .map((e) => join(e.parentPath ?? e.path, e.name).slice(HERE.length + 1).replaceAll('\\', '/')).filter((name) => name !== 'SHA256SUMS')
  for (const name of there) must(listed.some((l) => l.name === name), `${name} is not listed in SHA256SUMS`)
  return `${listed.length} files are those of SHA256SUMS`
}

// Hashes

const mod = (n) => ((n % P) + P) % P
const big = (bytes) => BigInt('0x' + (Buffer.from(bytes).toString('hex') || '0'))
const element = (text) => {
  must(/^[0-9a-f]{64}$/.test(text) && BigInt('0x' + text) < P, `${text} is no element of the field`)
  return BigInt('0x' + text)
}
const M4 = [[5n, 7n, 1n, 3n], [4n, 6n, 1n, 1n], [1n, 3n, 5n, 7n], [1n, 1n, 4n, 6n]]

// One M4 for each four elements; of two, each is added to both.
function external(state) {
  const blocks = Array.from({ length: state.length / 4 }, (_, b) => M4.map((row) => row.reduce((sum, m, i) => sum + m * state[4 * b + i], 0n)))
  const sums = blocks.length > 1 ? M4.map((_, i) => blocks.reduce((sum, block) => sum + block[i], 0n)) : M4.map(() => 0n)
  return blocks.flatMap((block) => block.map((s, i) => (s + sums[i]) % P))
}

function permutation({ rounds, diagonal }) {
  const constants = rounds.map((round) => round.map(element))
  const internal = diagonal.map(element)
  return (input) => constants.reduce((state, round) => {
    const boxed = state.map((s, i) => {
      if (i >= round.length) return s
      const t = (s + round[i]) % P
      const square = t * t % P
      return square * square % P * t % P
    })
    if (round.length === state.length) return external(boxed)
    const sum = boxed.reduce((a, b) => a + b)
    return boxed.map((s, i) => (s * internal[i] + sum) % P)
  }, external(input))
}

let permute4, permute8
const loadConstants = () => {
  const { node, hash } = jsonOf('constants.json')
  permute4 = permutation(node)
  permute8 = permutation(hash)
}
const node = (children) => mod(permute4(children)[0] + children[0])
const hash = (tag, ...inputs) => permute8([big(tag), ...inputs, ...Array(7 - inputs.length).fill(0n)])[1]
const digest = (domain, data) => big(createHash('sha256').update(`lethe/v1/${domain}\0`).update(data).digest().subarray(0, 31))

// Numbers in one element, the first lowest.
function packed(...parts) {
  let [sum, at] = [0n, 0n]
  for (const [value, bits] of parts) {
    must(value >= 0 && BigInt(value) < 2n ** BigInt(bits), `${value} has more than ${bits} bits`)
    sum += BigInt(value) << at
    at += BigInt(bits)
  }
  return sum
}
const lanes = (numbers) => packed(...numbers.map((n) => [n, 22]))
const bit = (b) => [b ? 1 : 0, 1]

// Root of a tree of four children a node; a place that was never used is 0.
function root(leaves, levels) {
  let empty = 0n
  for (let level = 0; level < levels; level++) {
    const below = leaves
    leaves = Array.from({ length: Math.ceil(below.length / 4) }, (_, i) => node([0, 1, 2, 3].map((j) => below[4 * i + j] ?? empty)))
    empty = node([empty, empty, empty, empty])
  }
  return leaves[0] ?? empty
}

// What a trial's digests are of

const KINDS = ['none', 'enrolment', 'reconsent', 'visit', 'serious-event', 'withdrawal', 'discontinuation', 'unblinding', 'lost-to-follow-up',
  'correction', 'anonymisation']
const ACTIVITY = ['custodial', 're-consents', 'visits', 'serious events', 'withdrawals', 'discontinuations', 'lost to follow-up', 'unblindings',
  'corrections', 'anonymisations']
const COUNTED = ['', 'reconsent', 'visit', 'serious-event', 'withdrawal', 'discontinuation', 'lost-to-follow-up', 'unblinding', 'correction',
  'anonymisation']
const DEVIATIONS = ['ineligible', 'consent deferred', 'no consent', 'version superseded', 'phase out of order', 'after withdrawal', 'recorded late']
const TAGS = 2n ** 120n // a tag of somebody who is not anonymised is below it

function extend(history, e) {
  const kind = KINDS.indexOf(e.kind)
  must(kind > 0, `"${e.kind}" is no kind of event`)
  const head = packed([kind, 4], [e.when, 40], [e.phase ?? 0, 3], bit(e.custodial), [e.version ?? 0, 2], bit(e.ineligible), bit(e.deferred))
  return hash('trial-event', history, head, element(e.entry), e.replaced ? element(e.replaced) : 0n)
}
const historyOf = (events) => events.reduce(extend, 0n)

function leaf(p) {
  const fields = packed([p.site, 8], [p.grant_index, 28], [p.grant_until, 40], [p.version, 2], [p.consented, 40], bit(p.custodial), [p.phase, 3],
    [p.visits, 16], [p.last_visit, 40], [p.serious_events, 16], [p.status, 2], [p.status_since, 40])
  return hash('participant', element(p.tag), element(p.next), element(p.grant), fields, element(p.history))
}
const leafOfHead = (next) => hash('participant', 0n, next, 0n, 0n, 0n)

const activity = (s) => ACTIVITY.map((name) => s.activity[name])
const deviations = (s) => DEVIATIONS.map((name) => s.deviations[name])
const stateDigest = (s) => hash('trial-state', element(s.trial), element(s.participants_root), lanes(activity(s)), lanes(deviations(s)),
  packed([s.time, 40], [s.batches, 16], [s.participants, 16], [s.since_flag, 22]))

function emptyState(trial) {
  const none = (names) => Object.fromEntries(names.map((name) => [name, 0]))
  return stateDigest({ trial, participants_root: text(root([leafOfHead(0n)], 8)), activity: none(ACTIVITY), deviations: none(DEVIATIONS),
    time: 0, batches: 0, participants: 0, since_flag: 0 })
}
const text = (n) => n.toString(16).padStart(64, '0')

function policyDigest(scope, { schema, clauses }) {
  const literals = clauses.flatMap((clause) => clause.map((l, i) =>
    packed([l.low, 28], [l.high, 28], [l.attribute, 4], bit(l.outside), bit(i === clause.length - 1))))
  must(literals.length <= 44, 'a policy has more than 44 literals')
  const e = Array.from({ length: 11 }, (_, i) => packed(...[0, 1, 2, 3].map((j) => [literals[4 * i + j] ?? 0n, 62])))
  return hash('policy-more', hash('policy', scope, element(schema), ...e.slice(0, 5)), ...e.slice(5))
}

function protocolDigest(scope, p) {
  const versions = p.versions.map((v) =>
    hash('trial-version', digest('terms', v.terms), policyDigest(scope, v.policy), packed([v.from, 40], [v.until, 40])))
  const sites = root(p.sites.map((s) => hash('site', element(s.x), element(s.y))), 4)
  return hash('trial-protocol', ...[0, 1, 2, 3].map((i) => versions[i] ?? 0n), packed([p.safety_threshold, 22], [p.recorded_late_after, 40]), sites,
    element(p.plan_digest))
}

// Names in the order of their bytes
const byBytes = (a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))

// What is checked

function checkProtocols({ archive, record, protocols }) {
  must(text(digest('scope', archive.name)) === archive.trial, 'archive.json: the trial is not the hash of its name')
  must(readdirSync(join(HERE, 'protocols')).length === 2 * record.protocols.length, 'protocols/ has other files than the protocols')
  protocols.forEach((p, i) => {
    const kept = record.protocols[i]
    const folder = `protocols/${i + 1}`
    const files = { ...kept.files, [p.plan]: kept.plan }
    must(p.in_force_since === kept.when, `${folder}.json: another time than in record.json`)
    must(same(readdirSync(join(HERE, folder)).sort(), Object.keys(files).sort()), `${folder}: other files than in record.json`)
    for (const [name, data] of Object.entries(files)) {
      must(bytesOf(`${folder}/${name}`).equals(Buffer.from(data, 'base64')), `${folder}/${name} is not what record.json has`)
    }
    const hashes = [kept.plan, ...Object.keys(kept.files).sort(byBytes).map((name) => kept.files[name])].map((data) => sha256(Buffer.from(data, 'base64')))
    must(text(digest('trial-plan', Buffer.from(hashes.join(''), 'hex'))) === p.plan_digest, `${folder}.json: its plan has another digest`)
    must(text(protocolDigest(element(archive.trial), p)) === p.digest, `${folder}.json: its numbers make another digest`)
  })
  return `${protocols.length} protocols, each with the digest that its numbers make`
}

function checkParticipants({ record }) {
  const { participants, state } = record
  must(participants.length === state.participants, `record.json has ${participants.length} participants, and its state ${state.participants}`)
  participants.forEach((p, i) => must(text(historyOf(p.events)) === p.history, `participant ${i + 1}: the events do not make the history`))
  const order = participants.filter((p) => element(p.tag) < TAGS).sort((a, b) => (a.tag < b.tag ? -1 : 1))
  const tagAt = (i) => (order[i] ? element(order[i].tag) : 0n)
  order.forEach((p, i) => must(element(p.next) === tagAt(i + 1), `participant ${participants.indexOf(p) + 1} does not name the next tag`))
  const leaves = [leafOfHead(tagAt(0)), ...participants.map(leaf)]
  must(text(root(leaves, 8)) === state.participants_root, 'the participants do not make the root of the state')
  const events = participants.flatMap((p) => p.events)
  ACTIVITY.forEach((name, i) => {
    const n = events.filter((e) => (i === 0 ? e.kind === 'enrolment' && e.custodial : e.kind === COUNTED[i])).length
    must(n === state.activity[name], `the events have ${n} ${name}, and the state ${state.activity[name]}`)
  })
  must(text(stateDigest(state)) === state.digest, 'the digest of the state is not that of its numbers')
  return `${participants.length} participants with ${events.length} events make the state ${state.digest}`
}

function checkBatches({ archive, record, protocols }) {
  let before = emptyState(archive.trial)
  let inForce = 0
  must(record.batches.length === record.state.batches, `record.json has ${record.batches.length} batches, and its state ${record.state.batches}`)
  record.batches.forEach((b, i) => {
    const name = `batches/${number(i + 1)}`
    must(same(jsonOf(`${name}.json`), b), `${name}.json is not what record.json has`)
    const input = b.proof.public
    must(b.number === i + 1 && b.state.batches === i + 1, `${name} is another batch`)
    must(b.state.trial === archive.trial && input.trial === archive.trial, `${name} is of another trial`)
    must(input.oldState === text(before), `${name} does not follow the state before it`)
    must(text(stateDigest(b.state)) === b.state.digest && input.newState === b.state.digest, `${name}: the proof is not of its state`)
    must(element(input.time) === BigInt(b.state.time), `${name}: the proof is of another time`)
    must(element(input.safety) === (b.flag ? 1n : 0n), `${name}: the proof says otherwise whether a flag is raised`)
    while (inForce < protocols.length && protocols[inForce].digest !== input.protocol) inForce++
    must(inForce < protocols.length, `${name} is proven against no protocol, or one that was no longer in force`)
    checkFormsForSnarkjs(archive, b, name)
    before = element(b.state.digest)
  })
  must(readdirSync(join(HERE, 'batches')).length === 3 * record.batches.length, 'batches/ has other files than the batches')
  must(text(before) === record.state.digest, 'the batches come to another state')
  return `${record.batches.length} batches lead from the empty state to this one`
}

const keyOf = (archive, { statement, version, verifying_key }) =>
  archive.keys.find((k) => k.statement === statement && k.version === version && k.verifying_key === verifying_key)

function checkFormsForSnarkjs(archive, { proof }, name) {
  const key = keyOf(archive, proof)
  must(key, `${name} is proven by a key that archive.json does not name`)
  must(same(Object.keys(proof.public).sort(), [...key.public].sort()), `${name}: the proof has other public inputs than its statement`)
  const inputs = key.public.map((input) => String(element(proof.public[input])))
  must(same(jsonOf(`${name}.public.json`), inputs), `${name}.public.json has other public inputs`)
  must(/^[0-9a-f]{512}$/.test(proof.proof), `${name}: the proof is not of eight coordinates`)
  const [ax, ay, bx1, bx0, by1, by0, cx, cy] = proof.proof.match(/.{64}/g).map((c) => String(BigInt('0x' + c)))
  const points = { pi_a: [ax, ay, '1'], pi_b: [[bx0, bx1], [by0, by1], ['1', '0']], pi_c: [cx, cy, '1'] }
  must(same(jsonOf(`${name}.proof.json`), { ...points, protocol: 'groth16', curve: 'bn128' }), `${name}.proof.json is another proof`)
}

// A point as gnark compresses it: x, and above it whether y is the larger one of the two.
function compressed(x, y) {
  const most = (c) => Buffer.from(text(BigInt(c)), 'hex')
  const larger = BigInt(Array.isArray(y) && BigInt(y[1]) === 0n ? y[0] : [y].flat().at(-1)) > (Q - 1n) / 2n
  const bytes = Buffer.concat([x].flat().reverse().map(most))
  bytes[0] |= larger ? 0xc0 : 0x80
  return bytes
}
const point = ([x, y]) => compressed(x, y)

function checkKeys({ archive }) {
  for (const k of archive.keys) {
    const name = `keys/${k.statement}-v${k.version}`
    const file = bytesOf(`${name}.vk`)
    const key = jsonOf(`${name}.json`)
    must(sha256(file) === k.verifying_key, `${name}.vk is not the key that the proofs name`)
    const count = Buffer.alloc(4)
    count.writeUInt32BE(key.IC.length)
    const [beta, delta] = [file.subarray(32, 64), file.subarray(192, 224)] // of G1, which no verifier needs
    const made = [point(key.vk_alpha_1), beta, point(key.vk_beta_2), point(key.vk_gamma_2), delta, point(key.vk_delta_2), count, ...key.IC.map(point),
      Buffer.alloc(8)]
    must(Buffer.concat(made).equals(file) && key.nPublic === k.public.length, `${name}.json is not the key of ${name}.vk`)
  }
  return `${archive.keys.length} verifying keys are those that the proofs name`
}

function checkResults({ archive, record }) {
  const results = jsonOf('results.json')
  must(results.trial === archive.trial && results.name === archive.name && same(results.state, record.state), 'results.json is of another state')
  must(same(results.participants, record.participants.map((p) => p.events)), 'results.json has other events than record.json')
  const made = [0n, ...results.participants.map(historyOf)].reduce((sum, history) => hash('results', sum, history), 0n)
  must(text(made) === results.results_root, 'the events of results.json make another root')
  const published = record.published
  must(!published || (published.results_root === results.results_root && published.document_sha256 === sha256(bytesOf('results.json'))),
    'results.json is not what was published')
  return `results.json has the root ${results.results_root}${published ? ', and is what was published' : ''}`
}

function checkStudy({ archive, record }) {
  const study = jsonOf('research-study.json')
  const group = study.contained?.find((c) => c.resourceType === 'Group')
  must(study.identifier?.[0]?.value === archive.trial && study.title === archive.name, 'research-study.json is of another trial')
  must(group?.quantity === record.state.participants, 'research-study.json has another number of participants')
  must((study.status === 'completed') === (archive.stage !== 'interim'), `research-study.json says ${study.status}`)
  return `research-study.json is of this trial, ${study.status}`
}

const DAY = 24 * 60 * 60

function checkChainFile({ archive, record, protocols, chain }) {
  const { trial, entry } = chain
  must(trial.state === '0x' + record.state.digest && trial.batches === record.batches.length, 'chain.json: the contract has another state')
  must(trial.protocol === '0x' + protocols.at(-1).digest, 'chain.json: the contract has another protocol')
  must(trial.max_batch_age <= DAY && trial.max_root_age <= DAY,
    `chain.json: batches of ${trial.max_batch_age} s ago, proven with trees of ${trial.max_root_age} s ago, are taken: late records and ended consents are not counted as they should be`)
  const stage = entry.published_at ? 'published' : trial.closed_at ? 'closed' : 'interim'
  must(archive.stage === stage, `archive.json says ${archive.stage}, and chain.json ${stage}`)
  must(Boolean(record.published) === (stage === 'published'), `record.json does not say what chain.json does: ${stage}`)
  for (const k of archive.keys) {
    const told = chain.keys.find((c) => c.statement === k.statement && c.version === k.version)
    must(told?.key === '0x' + k.verifying_key, `chain.json: the trial is not proven by the key of ${k.statement}-v${k.version}`)
  }
  if (entry.verified_at) {
    const results = jsonOf('results.json')
    const counters = lanes([record.state.participants, ...activity(record.state)])
    must(entry.counters === '0x' + text(counters), 'chain.json: the contract has verified other counters')
    must(entry.deviations === '0x' + text(lanes(deviations(record.state))), 'chain.json: the contract has verified other deviations')
    must(entry.results_root === '0x' + results.results_root, 'chain.json: the contract has verified other results')
  }
  must(!entry.published_at || entry.document === '0x' + sha256(bytesOf('results.json')), 'chain.json: the contract has published another document')
  return `chain.json says the same of block ${chain.block.number}`
}

// With snarkjs, and with a node of the chain

function findSnarkjs(folder) {
  const require = createRequire(join(process.cwd(), 'anything'))
  try {
    return require(folder ? resolve(folder) : 'snarkjs')
  } catch (e) {
    must(!folder, `--snarkjs: ${e.message.split('\n')[0]}`)
    return null
  }
}

async function checkProofs({ archive, record }, snarkjs) {
  for (const [i, b] of record.batches.entries()) {
    const name = `batches/${number(i + 1)}`
    const key = jsonOf(`keys/${b.proof.statement}-v${b.proof.version}.json`)
    const holds = await snarkjs.groth16.verify(key, jsonOf(`${name}.public.json`), jsonOf(`${name}.proof.json`)).catch(() => false)
    must(holds, `${name}: the proof does not hold`)
  }
  return `${record.batches.length} proofs hold, by snarkjs`
}

// The first four bytes of the Keccak-256 of each function's signature.
const CALLS = { trialOf: '332620cb', entryOf: '2bb4350c', stateOf: 'dafcd4c6', batchContext: '823231e6', verifier: '2b7ac3f3', keyOf: '7720dc23' }

async function rpc(url, method, ...params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body }).then((r) => r.json())
    .catch((e) => { throw new Wrong(`--rpc: ${e.message}`) })
  must(!answer.error && answer.result !== undefined, `--rpc: ${method}: ${answer.error?.message ?? 'no answer'}`)
  return answer.result
}

async function checkChain({ archive, record, chain }, url) {
  const registry = chain.contracts.TrialRegistry.address
  const words = (data) => data.slice(2).match(/.{64}/g) ?? []
  const ask = async (to, name, ...args) =>
    words(await rpc(url, 'eth_call', { to, data: '0x' + CALLS[name] + args.join('') }, 'latest'))
  const id = archive.trial
  must(BigInt(await rpc(url, 'eth_chainId')) === BigInt(chain.chain_id), '--rpc: a node of another chain')
  for (const [name, { address, code_sha256 }] of Object.entries(chain.contracts)) {
    const code = await rpc(url, 'eth_getCode', address, 'latest')
    must(sha256(Buffer.from(code.slice(2), 'hex')) === code_sha256, `the code of ${name} is not what it was`)
  }
  const block = await rpc(url, 'eth_getBlockByNumber', '0x' + chain.block.number.toString(16), false)
  must(block?.hash === chain.block.hash, `block ${chain.block.number} of the chain is another one`)
  const states = [text(emptyState(id)), ...record.batches.map((b) => b.state.digest)]
  for (const [i, state] of states.entries()) {
    must((await ask(registry, 'stateOf', id, text(BigInt(i))))[0] === state, `the contract has another state ${i}`)
  }
  for (const [i, b] of record.batches.entries()) {
    const [context] = await ask(registry, 'batchContext', id, text(BigInt(i)))
    must(context === b.proof.public.context, `batches/${number(i + 1)} is bound to another chain, contract or trial`)
  }
  const [verifier] = await ask(registry, 'verifier')
  for (const k of archive.keys) {
    const statement = Buffer.from(k.statement).toString('hex').padEnd(64, '0')
    const key = await ask('0x' + verifier.slice(24), 'keyOf', statement, text(BigInt(k.version)))
    must(key[4] === k.verifying_key, `the contract verifies ${k.statement}-v${k.version} by another key`)
  }
  return compareNow(await ask(registry, 'trialOf', id), await ask(registry, 'entryOf', id), chain)
}

// What the contract says now. The words of trialOf stand after an offset, in the order of the contract's struct; of entryOf there are six.
function compareNow(trial, entry, { trial: then, entry: verified }) {
  const [, , , , , , , , state, batches, , , closedAt, grants, issuers, batchAge, rootAge, , ...rest] = trial
  const number = (word) => BigInt('0x' + word)
  const kind = (name) => Buffer.from(name).toString('hex').padEnd(64, '0')
  must(grants === kind(then.grants_kind) && issuers === kind(then.issuers_kind), 'the contract has other kinds of roots')
  must(number(batchAge) === BigInt(then.max_batch_age) && number(rootAge) === BigInt(then.max_root_age), 'the contract has other ages of batches and roots')
  must(DEVIATIONS.every((name, i) => number(rest[i]) === BigInt(then.thresholds[name])), 'the contract has other thresholds')
  must(same(rest.slice(9).map((word) => String(number(word))), then.prices), 'the contract has other prices')
  const was = [verified.verified_at, verified.published_at, verified.counters, verified.deviations, verified.results_root, verified.document]
  entry.forEach((now, i) => must(!BigInt(was[i]) || BigInt(was[i]) === BigInt('0x' + now), 'the contract has another entry of the trial than it had'))
  const closedThen = BigInt(then.closed_at)
  const closed = BigInt('0x' + closedAt)
  must(!closedThen || (closed === closedThen && '0x' + state === then.state), 'the contract has another state of a trial that was closed')
  const taken = BigInt('0x' + batches) - BigInt(then.batches)
  const ended = entry.some((now, i) => BigInt('0x' + now) !== BigInt(was[i])) || closed !== closedThen
  const since = [taken && `it has taken ${taken} batches since`, ended && 'it was closed, verified or published since'].filter(Boolean)
  return ['the contract says the same, state by state', ...since].join('; ')
}

// All of it

function read() {
  loadConstants()
  const [archive, record, chain] = ['archive.json', 'record.json', 'chain.json'].map(jsonOf)
  must(archive.format === 'lethe/trial-archive/v1' && record.format === 'lethe/trial-record/v1', 'not an archive of this format')
  must(!record.queue && !record.current && record.state.trial === archive.trial, 'record.json has what no archive has, or is of another trial')
  return { archive, record, chain, protocols: record.protocols.map((_, i) => jsonOf(`protocols/${i + 1}.json`)) }
}

async function main() {
  const { values: options } = parseArgs({ options: { snarkjs: { type: 'string' }, rpc: { type: 'string' } } })
  const say = (what) => console.log(`ok: ${what}`)
  const open = []
  say(checkFiles())
  const all = read()
  for (const check of [checkProtocols, checkParticipants, checkBatches, checkKeys, checkResults, checkChainFile, checkStudy]) say(check(all))
  const snarkjs = findSnarkjs(options.snarkjs)
  if (snarkjs) say(await checkProofs(all, snarkjs))
  else open.push('that the proofs hold: --snarkjs names a folder of snarkjs')
  if (options.rpc) say(await checkChain(all, options.rpc))
  else open.push('that a contract has taken this, and to what the proofs are bound: --rpc asks it; chain.json is the word of who exported it')
  open.push('that the plans and criteria in protocols/ say what the numbers beside them do: read them side by side',
    'that the numbers of each state before the last are of its participants: the proofs say so',
    'that the code of the contracts is that of a release, and its keys those of a ceremony',
    'that what a site signed is what happened, that it signed all of it, and that all of that was handed in before the trial was closed',
    'that one person has one identity', 'that consents and accreditations are real: who published the roots of their trees is trusted')
  if (all.archive.stage === 'interim') console.log('INTERIM: the trial was not closed when this was exported')
  console.log(['not checked:', ...open.map((what) => `  - ${what}`)].join('\n'))
}

main().then(() => process.exit(0), (e) => {
  if (e.code?.startsWith('ERR_PARSE_ARGS')) {
    console.error('usage: node verify.mjs [--snarkjs FOLDER] [--rpc URL]')
    process.exit(2)
  }
  console.error(`WRONG: ${e instanceof Wrong ? e.message : e.stack}`)
  process.exit(1)
})
