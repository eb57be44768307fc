package vault

import (
	"database/sql"
	"os"
	"path/filepath"

	"lethe/offchain/index"
)

// database opens the index beside the service, as somebody who has the file does.
func (s *site) database() *sql.DB {
	s.t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(s.folder(indexDir), index.FileName)+"?_pragma=busy_timeout(10000)")
	must(s.t, err)
	return db
}

// texts selects a column of text.
func (s *site) texts(query string, args ...any) (all []string) {
	s.t.Helper()
	db := s.database()
	defer db.Close()
	rows, err := db.QueryContext(s.t.Context(), query, args...)
	must(s.t, err)
	defer rows.Close()
	for rows.Next() {
		var v string
		must(s.t, rows.Scan(&v))
		all = append(all, v)
	}
	must(s.t, rows.Err())
	return all
}

func (s *site) text(query string, args ...any) string {
	s.t.Helper()
	all := s.texts(query, args...)
	if len(all) != 1 {
		s.t.Fatalf("%d rows from %s", len(all), query)
	}
	return all[0]
}

// alter changes the index behind the service's back.
func (s *site) alter(query string, args ...any) {
	s.t.Helper()
	db := s.database()
	defer db.Close()
	_, err := db.ExecContext(s.t.Context(), query, args...)
	must(s.t, err)
}

// keyFiles lists the key store's Transit keys.
func (s *site) keyFiles() (names []string) {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.folder(keysDir), "transit", "*", "*"))
	must(s.t, err)
	for _, f := range found {
		names = append(names, filepath.Base(f))
	}
	return names
}

// objectKeys lists the tenant's objects, the ledger's copy left out.
func (s *site) objectKeys() []string {
	s.t.Helper()
	all, err := s.objects.List(s.t.Context(), s.tenant)
	must(s.t, err)
	return all
}

// tidy checks that nothing exists that the index does not know, that it knows nothing that does not exist, and that no
// change is under way.
func (s *site) tidy() {
	s.t.Helper()
	if left := s.texts(`SELECT kind || ' ' || name FROM intents`); len(left) > 0 {
		s.t.Errorf("announcements left: %v", left)
	}
	same(s.t, "objects", s.objectKeys(), s.texts(`SELECT key FROM objects`))
	control, err := s.loadControl(s.t.Context())
	must(s.t, err)
	known := s.texts(`SELECT key_name FROM compartments UNION SELECT key_name FROM cases WHERE state <> 'rolled-back'`)
	same(s.t, "keys", s.keyFiles(), append(known, control.KeyName))
	for _, f := range []string{filepath.Join(s.folder(objectsDir), ".tmp"), filepath.Join(s.folder(keysDir), "tmp")} {
		left, err := os.ReadDir(f)
		must(s.t, err)
		if len(left) > 0 {
			s.t.Errorf("%d files left in %s", len(left), f)
		}
	}
}
