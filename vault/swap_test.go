package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"lethe/keys"
	"lethe/offchain"
)

// spot is an object on the disk, with an id whose reading needs it.
type spot struct {
	site             *site
	file, id, reason string
	sealed           []byte
}

// places lists a site's objects: a record of each, and the bundle of a manifest.
func (s *site) places(name string) (all []spot) {
	s.t.Helper()
	ids := s.texts(`SELECT coalesce((SELECT id FROM records WHERE object = o.id LIMIT 1),
		(SELECT bundle FROM bundle_sources WHERE object = o.id AND position = 0)) FROM objects o ORDER BY o.id`)
	for i, key := range s.texts(`SELECT key FROM objects ORDER BY id`) {
		file := filepath.Join(s.folder(objectsDir), key)
		sealed, err := os.ReadFile(file)
		must(s.t, err)
		all = append(all, spot{s, file, ids[i], fmt.Sprintf("%s object %d", name, i), sealed})
	}
	return all
}

// Threat 8: every ciphertext in the place of every other one: of another compartment, another bundle of the same patient,
// another version of the same file, another patient, another tenant.
func TestThreat08SwapMatrix(t *testing.T) {
	one, two := newSite(t), siteIn(t, t.TempDir(), "other")
	two.start()
	a := one.take(person(1).bundle(1)).Patient
	one.take(person(1).bundle(2))
	one.file(a, "DICOM", []byte("version 1"))
	one.file(a, "DICOM", []byte("version 2"))
	one.take(person(2).bundle(1))
	two.take(person(1).bundle(1))
	places := append(one.places("one"), two.places("two")...)
	if len(places) != 18 {
		t.Fatalf("%d objects", len(places))
	}
	for _, to := range places {
		for _, from := range places {
			if to.file == from.file {
				continue
			}
			must(t, os.WriteFile(to.file, from.sealed, 0o600))
			if _, err := to.site.get(to.id); Code(err) != "tampered" {
				t.Errorf("%s in the place of %s: %v", from.reason, to.reason, err)
			}
		}
		must(t, os.WriteFile(to.file, to.sealed, 0o600))
		if _, err := to.site.get(to.id); err != nil {
			t.Errorf("%s put back: %v", to.reason, err)
		}
	}
}

// The matrix above moves ciphertexts between keys as well. Under one key, each part of the context matters by itself.
func TestThreat08ContextBindsEachPart(t *testing.T) {
	main, other := &Service{cfg: Config{Tenant: "main"}}, &Service{cfg: Config{Tenant: "other"}}
	c := offchain.Compartment{Patient: "p", Name: "care"}
	key := keys.NewKey()
	sealed, err := keys.Seal(key, main.context(c, "o"), []byte("x"))
	must(t, err)
	for part, context := range map[string][]byte{
		"tenant":      other.context(c, "o"),
		"patient":     main.context(offchain.Compartment{Patient: "q", Name: "care"}, "o"),
		"compartment": main.context(offchain.Compartment{Patient: "p", Name: "billing"}, "o"),
		"object":      main.context(c, "p"),
		"version": encode(objectContext{
			Format: formatVersion, Tenant: "main", Patient: "p", Compartment: "care", Object: "o", Version: 2,
		}),
		"format":          encode(objectContext{Format: 2, Tenant: "main", Patient: "p", Compartment: "care", Object: "o", Version: 1}),
		"where parts end": main.context(offchain.Compartment{Patient: "pc", Name: "are"}, "o"),
	} {
		_, err := keys.Open(key, context, sealed)
		if Code(err) != "tampered" {
			t.Errorf("another %s: %v", part, err)
		}
	}
	_, err = keys.Open(key, main.context(c, "o"), sealed)
	must(t, err)
}

// swapRows puts one row's value into every other row in turn, and back; broken says what must then be refused.
func swapRows(t *testing.T, s *site, table, column, id string, broken func(id string) error) {
	t.Helper()
	ids := s.texts(fmt.Sprintf(`SELECT %s FROM %s`, id, table))
	update := fmt.Sprintf(`UPDATE %s SET %s = (SELECT unhex(?)) WHERE %s = ?`, table, column, id)
	value := fmt.Sprintf(`SELECT hex(%s) FROM %s WHERE %s = ?`, column, table, id)
	for _, to := range ids {
		own := s.text(value, to)
		for _, from := range ids {
			if from == to {
				continue
			}
			s.alter(update, s.text(value, from), to)
			if err := broken(to); Code(err) != "tampered" {
				t.Errorf("%s.%s of another row: %v", table, column, err)
			}
		}
		s.alter(update, own, to)
		if err := broken(to); err != nil {
			t.Errorf("%s.%s put back: %v", table, column, err)
		}
	}
	if len(ids) < 2 {
		t.Fatalf("%d rows in %s", len(ids), table)
	}
}

func TestThreat08SealedDescriptionsOfOtherRecords(t *testing.T) {
	s := newSite(t)
	s.take(person(1).bundle(1))
	s.take(person(2).bundle(1))
	swapRows(t, s, "records", "sealed", "id", func(id string) error {
		_, read := s.get(id)
		_, listed := s.Records(t.Context(), s.text(`SELECT patient FROM records WHERE id = ?`, id))
		if (read == nil) != (listed == nil) {
			t.Errorf("read: %v, listed: %v", read, listed)
		}
		return read
	})
}

func TestThreat08DisclosuresOfOtherRows(t *testing.T) {
	s := newSite(t)
	for p := range person(2) {
		done := s.take(p.bundle(1))
		s.reads(done.Bundle, p.bundle(1))
		s.reads(done.Bundle, p.bundle(1))
	}
	swapRows(t, s, "disclosures", "sealed", "id", func(id string) error {
		_, err := s.AccessLog(t.Context(), s.text(`SELECT patient FROM disclosures WHERE id = ?`, id))
		return err
	})
}

func TestThreat08CaseFilesOfOtherCases(t *testing.T) {
	s := newSite(t)
	for p := range person(2) {
		s.approve(request(s.take(p.bundle(1)).Patient))
	}
	for _, column := range []string{"file", "wrapped"} {
		swapRows(t, s, "cases", column, "id", func(id string) error {
			if _, err := s.Cases(t.Context()); Code(err) != "tampered" {
				return err
			}
			return s.execute(id)
		})
	}
}

// Threat 10: the wrapped key of one compartment, patient's or other's, in the place of another's.
func TestThreat10WrappedKeysOfOtherCompartments(t *testing.T) {
	s := newSite(t)
	for p := range person(2) {
		s.take(p.bundle(1))
	}
	swapRows(t, s, "wrapped_keys", "wrapped", "compartment", s.opens)
}

// opens reads something of a compartment.
func (s *site) opens(compartment string) error {
	s.t.Helper()
	ids := s.texts(`SELECT id FROM records WHERE compartment = ? LIMIT 1`, compartment)
	if len(ids) == 0 {
		_, err := s.AccessLog(s.t.Context(), s.text(`SELECT patient FROM compartments WHERE id = ?`, compartment))
		return err
	}
	_, err := s.get(ids[0])
	return err
}

// Threat 10: the wrapped key with the name of its Transit key, so that only the associated data is wrong.
func TestThreat10WrappedKeysWithTheirNames(t *testing.T) {
	s := newSite(t)
	for p := range person(2) {
		s.take(p.bundle(1))
	}
	type row struct{ id, name, wrapped string }
	var rows []row
	for _, id := range s.texts(`SELECT id FROM compartments WHERE name <> 'disclosures'`) {
		rows = append(rows, row{id, s.text(`SELECT key_name FROM compartments WHERE id = ?`, id),
			s.text(`SELECT hex(wrapped) FROM wrapped_keys WHERE compartment = ?`, id)})
	}
	put := func(id string, r row) {
		s.alter(`UPDATE compartments SET key_name = ? WHERE id = ?`, r.name, id)
		s.alter(`UPDATE wrapped_keys SET wrapped = unhex(?) WHERE compartment = ?`, r.wrapped, id)
	}
	for _, to := range rows {
		for _, from := range rows {
			if to == from {
				continue
			}
			put(from.id, row{name: "none"}) // key names are unique
			put(to.id, from)
			if err := s.opens(to.id); !errors.Is(err, keys.ErrUnwrap) { // before any object is tried
				t.Errorf("the key of %s for %s: %v", from.id, to.id, err)
			}
			put(to.id, to)
			put(from.id, from)
		}
		must(t, s.opens(to.id))
	}
}

// Threat 10: whoever can write the index files one patient's compartment, with all that is in it, under another patient.
func TestThreat10CompartmentFiledUnderAnotherPatient(t *testing.T) {
	s := newSite(t)
	a, b := s.take(person(1).bundle(1)).Patient, s.take(person(2).bundle(1)).Patient
	stolen := s.recordOf(a, "Observation").ID
	s.alter(`DELETE FROM compartments WHERE patient = ? AND name = 'care'`, b)
	for _, table := range []string{"compartments", "objects", "records"} {
		s.alter(`UPDATE `+table+` SET patient = ? WHERE patient = ?`+map[bool]string{true: ` AND name = 'care'`}[table == "compartments"], b, a)
	}
	s.refuses(stolen, "tampered")
}
