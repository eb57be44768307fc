// The circuit takes what is true and refuses the rest, in the template that is there for it: node --test --test-force-exit
import assert from 'node:assert'
import { test } from 'node:test'
import * as snarkjs from 'snarkjs'
import { inputOf, known, scenario, wasm } from './eligibility.mjs'

const program = await wasm()
const witness = (input) => snarkjs.wtns.calculate(input, program, { type: 'mem' })

// A scenario that was altered before everything that follows from it is made.
const altered = (alter) => {
  const s = scenario()
  alter(s)
  return inputOf(s)
}

// What a refusal's first line names is where it was refused; further lines name what that stands in.
const first = (template) => new RegExp(`^.*in template ${template}_`)

const taken = {
  'the scenario': () => {},
  'the lowest of a range': (s) => { s.values[0] = known(18) },
  'the highest of a range': (s) => { s.values[0] = known(75) },
  'the second literal of a clause': (s) => { [s.values[2], s.values[7]] = [known(65), known(1)] },
  'a known zero outside of a range': (s) => { [s.values[1], s.values[3]] = [0, known(0)] },
  'the largest value': (s) => { s.values[15] = known(2 ** 24 - 1) },
  'the first moment': (s) => { s.from = s.time },
  '44 literals': (s) => { s.clauses.push(...Array(38).fill(s.clauses[0])) },
}
for (const [name, alter] of Object.entries(taken)) {
  test(`takes ${name}`, () => witness(altered(alter)))
}

const refused = {
  'below a range': ['Policy', (s) => { s.values[0] = known(17) }],
  'above a range': ['Policy', (s) => { s.values[0] = known(76) }],
  'unknown within a range from 0': ['Policy', (s) => { [s.values[0], s.clauses[0][0].low] = [0, 0] }],
  'unknown outside of a range': ['Policy', (s) => { s.values[1] = s.values[3] = 0 }],
  'no literal of a clause': ['Policy', (s) => { s.values[2] = known(65) }],
  'the last of 44 literals': ['Policy', (s) => { s.clauses.push(...Array(37).fill(s.clauses[0]), [{ attribute: 1, low: 2, high: 2 }]) }],
  'a value of no form': ['Message', (s) => { s.values[9] = 5 }],
  'a value that is too wide': ['Num2Bits', (s) => { s.values[9] = 2 ** 25 }],
  'a bound that is too large': ['Num2Bits', (s) => { s.clauses[0][0].high = 2 ** 27 }],
  'another schema': ['ForceEqualIfEnabled', (s) => { s.attestedSchema = 4n }],
  'before it begins': ['Eligibility', (s) => { s.from = s.time + 1 }],
  'after it has ended': ['Eligibility', (s) => { s.until = s.time }],
  'an attester no longer accredited': ['Accredited', (s) => { s.attesterUntil = s.time }],
  'an issuer who is no attester': ['Accredited', (s) => { s.role = 2 }],
}
for (const [name, [template, alter]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => assert.rejects(witness(altered(alter)), first(template)))
}

const inputs = {
  issuersRoot: 'Accredited', policy: 'Eligibility', tag: 'Eligibility', secret: 'ForceEqualIfEnabled', attestedKey: 'ForceEqualIfEnabled',
  S: 'ForceEqualIfEnabled', scope: 'Eligibility',
}
for (const [name, template] of Object.entries(inputs)) {
  test(`refuses another ${name}`, () => {
    const input = inputOf(scenario())
    return assert.rejects(witness({ ...input, [name]: BigInt(input[name]) + 1n }), first(template))
  })
}
