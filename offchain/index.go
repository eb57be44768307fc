package offchain

import (
	"context"
	"time"
)

// Store is the index. InTx runs fn in one read-write transaction and commits when fn returns nil; View runs fn in one
// read-only snapshot. Both are safe for concurrent use; writers of
// a tenant take turns, across processes too. Neither may be held open across a stream, a key
// store's answer, a chain's or a proof: gather first, then transact.
type Store interface {
	InTx(ctx context.Context, fn func(Tx) error) error
	View(ctx context.Context, fn func(Queries) error) error
	// RenewSession is [ProcessWriter.PutSession] by itself, and not in turn with writers: a session must not end because somebody writes
	// much.
	RenewSession(ctx context.Context, s Session) error
	// Scrub makes what was deleted unreadable in the store's own files as far as the store can (SQLite: zeroed pages and
	// an emptied write-ahead log). What stays in file systems and backups is not its claim.
	Scrub(ctx context.Context) error
}

// Tx changes the index. Every method works within the store's tenant. Insertions of what exists answer ErrExists, and the transaction
// can go on; after any other error it is over.
type Tx interface {
	Queries
	PatientWriter
	RecordWriter
	CaseWriter
	LogWriter
	RegistryWriter
	ProcessWriter
	// Enqueue adds a job that runs, at least once, after this transaction has committed, and never when it has not.
	Enqueue(ctx context.Context, job Job) error
}

// Job is work that a transaction leaves behind: [PrepareErasure], [ExecuteErasure], [SequenceLog], [AnswerQuestion] or [MoveTrial].
// Jobs hold ids only.
type Job interface{ job() }

// PrepareErasure is the job that copies what the law keeps of an approved case.
type PrepareErasure struct{ Case string }

// ExecuteErasure is the job that carries out a case whose copy reads.
type ExecuteErasure struct{ Case string }

// AnswerQuestion is the job of whoever can decrypt, for whoever cannot.
type AnswerQuestion struct{ ID string }

// SequenceLog is the job that brings the entries that have no position yet into the log. One that waits stands for all.
type SequenceLog struct{}

// MoveTrial is the job that proves what waits in a trial, and has the contract take it. One that waits stands for all of its trial.
type MoveTrial struct{ Trial string }

func (PrepareErasure) job() {}
func (ExecuteErasure) job() {}
func (SequenceLog) job()    {}
func (AnswerQuestion) job() {}
func (MoveTrial) job()      {}

// Queries reads the index. A single row that is not there is ErrNotFound.
type Queries interface {
	RegistryQueries
	ProcessQueries
	Patient(ctx context.Context, id string) (Patient, error)
	// Patients lists the patients that are not erased, by id, with their number of records.
	Patients(ctx context.Context) ([]PatientCount, error)
	// PatientsByBlind finds who holds which of these blind identifiers.
	PatientsByBlind(ctx context.Context, blind [][]byte) ([]Identifier, error)
	Identifiers(ctx context.Context, patient string) ([]Identifier, error)
	// Compartments lists a patient's compartments with their wrapped keys.
	Compartments(ctx context.Context, patient string) ([]Compartment, error)
	Compartment(ctx context.Context, id string) (Compartment, error)
	CompartmentsByKey(ctx context.Context, keyNames []string) ([]Compartment, error)
	Imported(ctx context.Context, patient string, digest []byte) (bool, error)
	Object(ctx context.Context, id string) (Object, error)
	// Objects lists a patient's objects, oldest first.
	Objects(ctx context.Context, patient string) ([]Object, error)
	Record(ctx context.Context, id string) (Record, error)
	// Records lists a patient's records in the order in which they came.
	Records(ctx context.Context, patient string) ([]Record, error)
	// RecordRefs is Records without what they are.
	RecordRefs(ctx context.Context, patient string) ([]RecordRef, error)
	Bundle(ctx context.Context, id string) (Bundle, error)
	Bundles(ctx context.Context, patient string) ([]Bundle, error)
	Disclosures(ctx context.Context, patient string) ([]Disclosure, error)
	Disclosure(ctx context.Context, id string) (Disclosure, error)
	Tombstone(ctx context.Context, id string) (Tombstone, error)
	Case(ctx context.Context, id string) (Case, error)
	// Cases lists all cases, oldest first.
	Cases(ctx context.Context) ([]Case, error)
	// CasesIn lists the cases in a state, oldest first.
	CasesIn(ctx context.Context, state string) ([]Case, error)
	// OpenCases lists the cases that are neither certified, nor anchored, nor carried out by a replay, nor rolled back, oldest first.
	OpenCases(ctx context.Context) ([]Case, error)
	// Intents lists what was announced and neither completed nor cleaned up.
	Intents(ctx context.Context) ([]Intent, error)
	// Applied says which ledger entries this index has carried out.
	Applied(ctx context.Context) (map[uint64]bool, error)
	// PendingEntries lists the first entries that have no position in the log yet, in the order in which they came.
	PendingEntries(ctx context.Context, limit int) ([]LogEntry, error)
	// EntriesOf lists the entries of a record, a disclosure or a case, oldest first.
	EntriesOf(ctx context.Context, subject string) ([]LogEntry, error)
	// AnnouncedEntries lists the entries to announce whose positions lie in [from, to), by position.
	AnnouncedEntries(ctx context.Context, from, to uint64) ([]LogEntry, error)
	// KeyNames lists the names of all compartments' keys, in order.
	KeyNames(ctx context.Context) ([]string, error)
	// EntryTotals counts the entries with and without a position.
	EntryTotals(ctx context.Context) (EntryTotals, error)
	// Attempts lists the transactions that are not failed, oldest first.
	Attempts(ctx context.Context) ([]Attempt, error)
	// Setting reads a small value of the store's own, such as the control key.
	Setting(ctx context.Context, name string) ([]byte, error)
	Totals(ctx context.Context) (Totals, error)
}

// PatientWriter changes what concerns a patient as a whole.
type PatientWriter interface {
	InsertPatient(ctx context.Context, p Patient) error
	SetPatientState(ctx context.Context, id string, state PatientState) error
	InsertIdentifier(ctx context.Context, i Identifier) error
	InsertCompartment(ctx context.Context, c Compartment) error
	// WipeCompartments overwrites and deletes the wrapped keys of these compartments, and deletes them and all that is in
	// them: records, bundles, objects' rows, disclosures, bindings, grants, and which log entries were theirs. Call Scrub afterwards.
	WipeCompartments(ctx context.Context, ids []string) error
	// WipeIdentity overwrites and deletes the patient's blind identifiers, and marks the patient as erased.
	WipeIdentity(ctx context.Context, patient string) error
	// InsertTombstones adds tombstones; one that is there already is left as it is.
	InsertTombstones(ctx context.Context, all []Tombstone) error
	// DeleteTombstones takes back the tombstones of a case that is rolled back.
	DeleteTombstones(ctx context.Context, caseID string) error
	PutSetting(ctx context.Context, name string, value []byte) error
}

// RecordWriter changes records and what carries them.
type RecordWriter interface {
	InsertIntents(ctx context.Context, intents []Intent) error
	DeleteIntents(ctx context.Context, names []string) error
	// TakeIntents is DeleteIntents for what must still be announced by holder: ErrNotFound when somebody else cleans up, or has cleaned
	// up, after it.
	TakeIntents(ctx context.Context, holder string, names []string) error
	// LeaveIntents leaves announcements of a process to whoever cleans up.
	LeaveIntents(ctx context.Context, names []string) error
	InsertObject(ctx context.Context, o Object) error
	InsertRecords(ctx context.Context, rs []Record) error
	// MoveRecord points a record at its copy in another compartment and forgets the bundle that it came in.
	MoveRecord(ctx context.Context, r Record) error
	InsertBundle(ctx context.Context, b Bundle) error
	InsertImport(ctx context.Context, patient string, digest []byte) error
	InsertDisclosure(ctx context.Context, d Disclosure) error
}

// CaseWriter changes erasure cases.
type CaseWriter interface {
	InsertCase(ctx context.Context, c Case) error
	UpdateCase(ctx context.Context, c Case) error
	MarkApplied(ctx context.Context, seq uint64) error
}

// LogWriter changes what the index knows of the log and its anchor.
type LogWriter interface {
	// InsertEntries adds entries for the log; one that is there already is left as it is.
	InsertEntries(ctx context.Context, entries []LogEntry) error
	// PlaceEntries notes the positions that entries have got. Entries that the index does not know are passed over.
	PlaceEntries(ctx context.Context, placed []LogEntry) error
	// ForgetPositions takes the positions of all entries back, for a new log that they are to enter.
	ForgetPositions(ctx context.Context) error
	// SaveAttempt adds a transaction, or replaces the one of the same hash.
	SaveAttempt(ctx context.Context, a Attempt) error
	// TakeLease makes holder the one who may act under a name until a time, or answers ErrHeld while somebody else is. now is
	// the caller's clock.
	TakeLease(ctx context.Context, name, holder string, now, until time.Time) error
}

// PatientState is how far a patient's life in the vault has come.
type PatientState string

const (
	// PatientActive may be read and written.
	PatientActive PatientState = "active"
	// PatientPreparing has an approved erasure whose retained part is being copied: read, not written.
	PatientPreparing PatientState = "preparing"
	// PatientErasing is neither read nor written.
	PatientErasing PatientState = "erasing"
	// PatientErased has nothing left but tombstones, cases and what is kept as evidence.
	PatientErased PatientState = "erased"
)

// Patient is a person under a random 128-bit id.
type Patient struct {
	ID      string
	State   PatientState
	Created time.Time
}

// PatientCount is a patient with the number of records held.
type PatientCount struct {
	ID      string
	Records int64
}

// Identifier is an external identifier behind a keyed hash, with its system behind another.
type Identifier struct {
	Blind, System []byte
	Patient       string
}

// Compartment is one part of a patient's data with a key of its own. KeyName is the Transit key that wraps it.
type Compartment struct {
	ID, Patient, Name, KeyName string
	Wrapped                    []byte
	Created                    time.Time
}

// Object is a stored ciphertext. Size is that of the plaintext, in bytes.
type Object struct {
	ID, Patient, Compartment, Key string
	Size                          int64
	Created                       time.Time
}

// Record is a byte range of an object's plaintext. Sealed describes it, under the compartment's key.
type Record struct {
	ID, Patient, Compartment, Object, Bundle string
	Offset, Length                           int64
	Sealed                                   []byte
}

// RecordRef is which record lies in which compartment.
type RecordRef struct{ ID, Compartment string }

// Bundle is a document that was split. Sources are object ids: the manifest first, then one for each compartment.
type Bundle struct {
	ID, Patient, Compartment string
	Size                     int64
	Sources                  []string
}

// Disclosure is one entry of the patient's access log, sealed under the disclosures compartment.
type Disclosure struct {
	ID, Patient, Compartment string
	Sealed                   []byte
}

// Tombstone says that an id named something that was erased.
type Tombstone struct {
	ID, Case string
	At       time.Time
}

// Case is an erasure request. File is its case file, sealed under the case's own key.
type Case struct {
	ID, Patient, State, KeyName string
	Wrapped, File               []byte
	Created                     time.Time
}

// LogEntry is a 32-byte entry of the log and what it is about, which the log does not show. Compartment is the one that its
// opening lies in, empty when it concerns none. Entries without a position are still to be sequenced. Announce asks that the
// entry itself goes to the chain with the checkpoint that covers it.
type LogEntry struct {
	Entry                [32]byte
	Subject, Compartment string
	Announce             bool
	Position             *uint64
}

// EntryTotals counts log entries.
type EntryTotals struct{ Placed, Pending int64 }

// Attempt is a transaction to the chain, in its stored form.
type Attempt struct {
	Transaction   [32]byte
	Nonce         uint64
	Raw           []byte
	State         string
	Log           uint32
	Size          uint64
	Root          [32]byte
	Block         uint64
	BlockHash     [32]byte
	Time, Created time.Time // zero Time until it is in a block
}

// Intent announces a key or an object before it is made, so that a crash leaves no orphan. Holder is the process that makes it, empty
// once nobody does.
type Intent struct {
	Kind   IntentKind
	Name   string
	Holder string
}

// IntentKind says what an intent announces.
type IntentKind string

const (
	// IntentKey announces a Transit key.
	IntentKey IntentKind = "key"
	// IntentObject announces an object.
	IntentObject IntentKind = "object"
)

// Totals counts what the index holds.
type Totals struct{ Patients, Records, Objects, Bytes int64 }
