package index

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"lethe/offchain"
)

// table is one to copy, and the order that tells its rows apart, the same in both databases.
type table struct{ name, order string }

// numbered says whether the rows have sequence numbers that order them.
func (t table) numbered() bool { return t.order == "seq" }

// tables are all that have a tenant, what is referred to first.
func tables() []table {
	return []table{
		{"patients", "id"},
		{"identifiers", "blind"},
		{"compartments", "id"},
		{"wrapped_keys", "compartment"},
		{"objects", "id"},
		{"bundles", "seq"},
		{"bundle_sources", "bundle, position"},
		{"records", "seq"},
		{"imports", "patient, digest"},
		{"disclosures", "seq"},
		{"tombstones", "id"},
		{"cases", "seq"},
		{"ledger_applied", "seq"},
		{"intents", "name"},
		{"settings", "name"},
		{"log_entries", "seq"},
		{"chain_attempts", "seq"},
		{"leases", "name"},
		{"registry_versions", "kind, version"},
		{"registry_leaves", "kind, place"},
		{"bindings", "patient"},
		{"grants", "place"},
		{"notes", "seq"},
		{"spent", "used, value"},
		{"tokens", "hash"},
		{"sessions", "holder"},
		{"revocations", "seq"},
		{"questions", "id"},
	}
}

// Copied says what a copy has taken over, table by table in the order of copying.
type Copied struct {
	Tables []CopiedTable
	Jobs   int // that had not ended
}

// CopiedTable is one table's rows as both databases answer them: how many, and the SHA-256 of them all in order.
type CopiedTable struct {
	Name   string
	Rows   int64
	Digest [sha256.Size]byte
}

// Copy takes every row of a tenant, and the jobs that have not ended, into another database that has none: sequence numbers stay,
// and new ones come after them. What was written is read back and compared before it is committed, so that after an error the
// target is as empty as before. It reads one snapshot: stop whoever writes to the source first, and do not start them again. A
// job that was running there waits here. In PostgreSQL either side has to be opened by the owner, or another role that may do all
// that.
func Copy(ctx context.Context, from, to *Store) (c Copied, err error) {
	if from.tenant != to.tenant {
		return c, fmt.Errorf("index: copy: the source is opened for tenant %s, the target for %s", from.tenant, to.tenant)
	}
	err = from.transact(ctx, from.read, from.snapshot, from.look, func(source *tx) error {
		return to.transact(ctx, to.write, to.changes, to.begin, func(target *tx) error {
			c, err = copyAll(ctx, source, target)
			return err
		})
	})
	if err != nil {
		return Copied{}, fmt.Errorf("index: copy: %w", err)
	}
	return c, nil
}

func copyAll(ctx context.Context, source, target *tx) (c Copied, err error) {
	if err := errors.Join(source.takeTime(ctx), target.takeTime(ctx)); err != nil {
		return c, err
	}
	if err := target.isEmpty(ctx); err != nil {
		return c, err
	}
	for _, t := range tables() {
		taken, err := t.copy(ctx, source, target)
		if err != nil {
			return c, fmt.Errorf("table %s: %w", t.name, err)
		}
		c.Tables = append(c.Tables, taken)
	}
	c.Jobs, err = copyJobs(ctx, source, target)
	return c, err
}

// takeTime lifts the limits on a transaction that takes as long as there are rows.
func (t *tx) takeTime(ctx context.Context) error {
	if t.store.atLength == "" {
		return nil
	}
	return t.exec(ctx, "lift limits", t.store.atLength)
}

func (t *tx) isEmpty(ctx context.Context) error {
	for _, of := range tables() {
		held, err := one(ctx, t, of.name, func(b *bool) []any { return []any{b} },
			`SELECT EXISTS (SELECT 1 FROM `+of.name+` WHERE tenant = $1)`, t.store.tenant)
		if err == nil && held {
			err = fmt.Errorf("the target is not empty: table %s: %w", of.name, offchain.ErrExists)
		}
		if err != nil {
			return err
		}
	}
	waiting, err := t.waitingJobs(ctx)
	if err == nil && len(waiting) > 0 {
		err = fmt.Errorf("the target is not empty: jobs: %w", offchain.ErrExists)
	}
	return err
}

// copy writes the table's rows, moves its sequence on, and reads them back.
func (t table) copy(ctx context.Context, source, target *tx) (CopiedTable, error) {
	read, err := t.each(ctx, source, func(columns []string, row []any) error { return t.put(ctx, target, columns, row) })
	if err != nil {
		return read, err
	}
	written, err := t.each(ctx, target, func([]string, []any) error { return nil })
	if err != nil {
		return read, err
	}
	if written != read {
		return read, fmt.Errorf("%d rows (%x) were read, and %d (%x) are there", read.Rows, read.Digest, written.Rows, written.Digest)
	}
	if t.numbered() && read.Rows > 0 && target.store.moveOn != "" {
		// nobody else takes a number while the sequence moves
		err = errors.Join(target.exec(ctx, "lock", `LOCK TABLE `+t.name+` IN SHARE ROW EXCLUSIVE MODE`),
			target.exec(ctx, "move the sequence", fmt.Sprintf(target.store.moveOn, t.name)))
	}
	return read, err
}

// each reads the tenant's rows in their order.
func (t table) each(ctx context.Context, from *tx, do func(columns []string, row []any) error) (CopiedTable, error) {
	c := CopiedTable{Name: t.name}
	rows, err := from.QueryContext(ctx, `SELECT * FROM `+t.name+` WHERE tenant = $1 ORDER BY `+t.order, from.store.tenant)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return c, err
	}
	sum := sha256.New()
	row, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range row {
		to[i] = &row[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return c, err
		}
		add(sum, columns, row)
		if err := do(columns, row); err != nil {
			return c, err
		}
		c.Rows++
	}
	copy(c.Digest[:], sum.Sum(nil))
	return c, rows.Err()
}

// add hashes a row, each value with its column, type and length.
func add(sum io.Writer, columns []string, row []any) {
	for i, v := range row {
		switch v := v.(type) {
		case []byte:
			fmt.Fprintf(sum, "%s: bytes %d ", columns[i], len(v))
			fmt.Fprintf(sum, "%s", v)
		case string:
			fmt.Fprintf(sum, "%s: text %d %s", columns[i], len(v), v)
		default:
			fmt.Fprintf(sum, "%s: %T %v ", columns[i], v, v)
		}
	}
}

func (t table) put(ctx context.Context, to *tx, columns []string, row []any) error {
	places := make([]string, len(row))
	for i, v := range row {
		places[i] = "$" + strconv.Itoa(i+1)
		if b, ok := v.([]byte); ok && b == nil {
			row[i] = []byte{} // empty, not absent
		}
	}
	statement := fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, t.name, strings.Join(columns, ", "), strings.Join(places, ", "))
	_, err := to.ExecContext(ctx, statement, row...)
	return err
}

// waitingJobs lists this tenant's jobs that have not ended, oldest first.
func (t *tx) waitingJobs(ctx context.Context) ([]offchain.Job, error) {
	var queues []string
	for _, queue := range allQueues() {
		queues = append(queues, t.store.ofTenant(queue))
	}
	listed, err := t.store.jobs.JobListTx(ctx, t.Tx, river.NewJobListParams().
		Queues(queues...).
		States(rivertype.JobStateAvailable, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled).
		OrderBy(river.JobListOrderByID, river.SortOrderAsc).First(maxJobs))
	if err != nil {
		return nil, fmt.Errorf("list jobs: %w", err)
	}
	if len(listed.Jobs) == maxJobs {
		return nil, fmt.Errorf("%d jobs or more have not ended: work some first", maxJobs)
	}
	jobs := make([]offchain.Job, len(listed.Jobs))
	for i, row := range listed.Jobs {
		if jobs[i], err = decodeJob(row); err != nil {
			return nil, fmt.Errorf("job %d: %w", row.ID, err)
		}
	}
	return jobs, nil
}

// maxJobs is as many as River lists at once.
const maxJobs = 10_000

func decodeJob(row *rivertype.JobRow) (offchain.Job, error) {
	var err error
	switch row.Kind {
	case prepareErasure{}.Kind():
		var args prepareErasure
		err = json.Unmarshal(row.EncodedArgs, &args)
		return offchain.PrepareErasure(args), err
	case executeErasure{}.Kind():
		var args executeErasure
		err = json.Unmarshal(row.EncodedArgs, &args)
		return offchain.ExecuteErasure(args), err
	case sequenceLog{}.Kind():
		return offchain.SequenceLog{}, nil
	case answerQuestion{}.Kind():
		var args answerQuestion
		err = json.Unmarshal(row.EncodedArgs, &args)
		return offchain.AnswerQuestion(args), err
	case moveTrial{}.Kind():
		var args moveTrial
		err = json.Unmarshal(row.EncodedArgs, &args)
		return offchain.MoveTrial(args), err
	}
	return nil, fmt.Errorf("unknown kind %s", row.Kind)
}

func copyJobs(ctx context.Context, source, target *tx) (int, error) {
	jobs, err := source.waitingJobs(ctx)
	if err != nil {
		return 0, err
	}
	for _, job := range jobs {
		if err := target.Enqueue(ctx, job); err != nil {
			return 0, err
		}
	}
	there, err := target.waitingJobs(ctx)
	return len(there), err
}

// Clear deletes every row of the store's tenant, and its jobs, so that [Copy] can put others in their place. In PostgreSQL it takes the
// owner, and leaves residue: it is for restoring, not for erasing.
func Clear(ctx context.Context, s *Store) error {
	return s.transact(ctx, s.write, s.changes, s.begin, func(t *tx) error {
		if err := t.takeTime(ctx); err != nil {
			return err
		}
		for _, of := range slices.Backward(tables()) {
			if err := t.exec(ctx, "clear "+of.name, `DELETE FROM `+of.name+` WHERE tenant = $1`, s.tenant); err != nil {
				return err
			}
		}
		for _, queue := range allQueues() {
			if err := t.exec(ctx, "clear jobs", `DELETE FROM river_job WHERE queue = $1`, s.ofTenant(queue)); err != nil {
				return err
			}
		}
		return nil
	})
}
