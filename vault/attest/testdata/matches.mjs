// Computes, from FHIR bundles alone, who matches the three example criteria on 20 March 2021: node matches.mjs FOLDER.
// It shares no code with the packages under test and reads neither schema nor criteria: what they ask is written out below by hand.
// For each file it prints the attributes that are not known, and for each of the criteria true, false, or null when unknown.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const now = Date.UTC(2021, 2, 20);
const days = n => n * 24 * 3600 * 1000;
const SNOMED = 'http://snomed.info/sct', LOINC = 'http://loinc.org', ICD = 'http://hl7.org/fhir/sid/icd-10-cm';

const codings = c => (c && c.coding) || [];
const coded = (c, system, test) => codings(c).some(k => k.system === system && test(k.code));

function ageOf(patient) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(patient.birthDate) || patient.deceasedBoolean || patient.deceasedDateTime) return undefined;
  const [y, m, d] = patient.birthDate.split('-').map(Number);
  const today = new Date(now);
  const had = today.getUTCMonth() + 1 > m || (today.getUTCMonth() + 1 === m && today.getUTCDate() >= d);
  return today.getUTCFullYear() - y - (had ? 0 : 1);
}

const statusOf = c => codings(c.clinicalStatus)[0]?.code;
const counts = c => !['refuted', 'entered-in-error'].includes(codings(c.verificationStatus)[0]?.code);

function latestCondition(conditions, test) {
  const mine = conditions.filter(c => counts(c) && test(c) && Date.parse(c.onsetDateTime) <= now)
    .sort((a, b) => Date.parse(b.onsetDateTime) - Date.parse(a.onsetDateTime));
  if (mine.length === 0) return false;
  if (mine.length > 1 && mine[0].onsetDateTime === mine[1].onsetDateTime && statusOf(mine[0]) !== statusOf(mine[1])) return undefined;
  return ['active', 'recurrence', 'relapse'].includes(statusOf(mine[0]));
}

// results of one LOINC code within some days, newest first, top level and components alike
function results(observations, code, within) {
  const all = [];
  for (const o of observations) {
    if (!['final', 'amended', 'corrected'].includes(o.status)) continue;
    const t = Date.parse(o.effectiveDateTime);
    if (t > now || t + days(within) <= now) continue;
    for (const part of [o, ...(o.component || [])])
      if (coded(part.code, LOINC, x => x === code) && (part.valueQuantity || part.valueCodeableConcept)) all.push({ t, part });
  }
  return all.sort((a, b) => b.t - a.t);
}

function measured(part, units) {
  const q = part.valueQuantity;
  if (!q || q.comparator || q.system !== 'http://unitsofmeasure.org' || !(q.code in units)) return undefined;
  return q.value * units[q.code];
}

function latest(observations, code, within, units) {
  const all = results(observations, code, within);
  return all.length ? measured(all[0].part, units) : undefined;
}

function highest(observations, code, within, units) {
  const all = results(observations, code, within).map(r => measured(r.part, units));
  return all.length && all.every(v => v !== undefined) ? Math.max(...all) : undefined;
}

const smokes = { 266919005: 'never', 8517006: 'former', 428041000124106: 'current', 449868002: 'daily' };

function person(bundle) {
  const all = type => bundle.entry.map(e => e.resource).filter(r => r.resourceType === type);
  const p = all('Patient')[0], o = all('Observation'), c = all('Condition');
  const smoking = results(o, '72166-2', 730)[0];
  return {
    age: ageOf(p),
    sex: ['female', 'male', 'other'].includes(p.gender) ? p.gender : undefined,
    prediabetes: latestCondition(c, x => coded(x.code, SNOMED, k => k === '15777000') || coded(x.code, ICD, k => k === 'R73.03')),
    diabetes: c.some(x => counts(x) && (coded(x.code, SNOMED, k => k === '44054006') || coded(x.code, ICD, k => k.startsWith('E11')))),
    hypertension: latestCondition(c, x => coded(x.code, SNOMED, k => k === '38341003' || k === '59621000') || coded(x.code, ICD, k => k.startsWith('I10'))),
    pregnant: latestCondition(c, x => coded(x.code, SNOMED, k => k === '72892002' || k === '77386006')),
    hba1c: latest(o, '4548-4', 365, { '%': 1 }),
    egfr: latest(o, '33914-3', 365, { 'mL/min/{1.73_m2}': 1, 'mL/min': 1 }),
    systolic: highest(o, '8480-6', 180, { 'mm[Hg]': 1 }),
    bmi: latest(o, '39156-5', 365, { 'kg/m2': 1 }),
    ldl: latest(o, '18262-6', 730, { 'mg/dL': 1, 'mmol/L': 38.67 }),
    smoking: smoking && codings(smoking.part.valueCodeableConcept).map(k => smokes[k.code]).find(k => k),
  };
}

// three-valued logic: undefined is unknown
const is = (v, test) => (v === undefined ? undefined : test(v));
const not = v => (v === undefined ? undefined : !v);
const any = (...v) => (v.includes(true) ? true : v.includes(undefined) ? undefined : false);
const every = (...v) => (v.includes(false) ? false : v.includes(undefined) ? undefined : true);

const criteria = {
  'prediabetes.yaml': p => every(is(p.age, x => 18 <= x && x <= 75), p.prediabetes, not(p.diabetes), is(p.hba1c, x => 5.7 <= x && x <= 6.4),
    is(p.egfr, x => x >= 60), any(is(p.sex, x => x === 'male'), not(p.pregnant))),
  'hypertension.yaml': p => every(is(p.age, x => x >= 40), any(is(p.systolic, x => x >= 130), p.hypertension),
    is(p.smoking, x => x !== 'current' && x !== 'daily'), not(p.diabetes), not(p.pregnant)),
  'plan.yaml': p => every(is(p.age, x => x >= 18), is(p.smoking, x => x === 'never'), any(is(p.bmi, x => x < 30), is(p.ldl, x => x <= 160))),
};

const out = {};
for (const name of readdirSync(folder).filter(n => n.endsWith('.json')).sort()) {
  const p = person(JSON.parse(readFileSync(join(folder, name))));
  out[name] = { unknown: Object.keys(p).filter(k => p[k] === undefined), criteria: {} };
  for (const [file, matches] of Object.entries(criteria)) out[name].criteria[file] = matches(p) ?? null;
}
console.log(JSON.stringify(out));
