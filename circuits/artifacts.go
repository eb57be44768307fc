package circuits

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	groth16 "github.com/consensys/gnark/backend/groth16/bn254"
)

// ManifestFile is the manifest's name in a folder of keys.
const ManifestFile = "manifest.json"

// What Load answers, beside the errors of the file system.
var (
	ErrWrongKey        = errors.New("another key than the one expected")
	ErrDevelopmentKeys = errors.New("development keys, with which whoever made them can prove what is not true")
)

// Load compiles a statement and reads a ceremony's keys for it from their folder. The SHA-256 of the manifest pins them: another
// manifest, or a file that is not the one it names, is ErrWrongKey, and keys of a development set-up are ErrDevelopmentKeys.
// Every point is checked to be on its curve and in its group. On two cores that takes 0.4 s for 20,000 constraints and
// 10 s for 500,000; the file of the proving key, 400 bytes for each, is held in memory meanwhile.
func Load(dir string, s Statement, manifest Hash) (*Keys, error) {
	c, err := Compile(s)
	if err != nil {
		return nil, err
	}
	k, err := load(dir, c, manifest)
	if err != nil {
		return nil, fmt.Errorf("load keys for %s: %w", s.Name(), err)
	}
	return k, nil
}

// LoadVerifying is Load without the proving key, whose file need not be there. Its time is that of compiling, on two cores 0.3 s
// for 16,000 constraints and 6.5 s for 500,000, and it keeps none of the circuit.
func LoadVerifying(dir string, s Statement, manifest Hash) (*Verifying, error) {
	c, err := Compile(s)
	if err != nil {
		return nil, err
	}
	v, err := readCeremony(dir, c, manifest)
	if err != nil {
		return nil, fmt.Errorf("load keys for %s: %w", s.Name(), err)
	}
	return v, nil
}

func load(dir string, c *Circuit, manifest Hash) (*Keys, error) {
	v, err := readCeremony(dir, c, manifest)
	if err != nil {
		return nil, err
	}
	return v.readProving(dir, c)
}

func readCeremony(dir string, c *Circuit, manifest Hash) (*Verifying, error) {
	data, err := os.ReadFile(filepath.Join(dir, ManifestFile))
	if err != nil {
		return nil, err
	}
	if h := Hash(sha256.Sum256(data)); h != manifest {
		return nil, fmt.Errorf("%s: SHA-256 is %s: %w", ManifestFile, h, ErrWrongKey)
	}
	v, err := readVerifying(dir, c, data)
	if err == nil && v.Manifest.Setup != Ceremony {
		err = ErrDevelopmentKeys
	}
	return v, err
}

// Write writes keys into a folder, which it makes if need be, the manifest last, and answers the manifest's SHA-256: what to pin.
// It may be repeated.
func (k *Keys) Write(dir string) (Hash, error) {
	manifest, err := encodeJSON(k.Manifest)
	if err != nil {
		return Hash{}, fmt.Errorf("write keys: %w", err)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Hash{}, fmt.Errorf("write keys: %w", err)
	}
	err = errors.Join(
		writeFile(dir, k.Manifest.ProvingKey.String(), k.proving.WriteRawTo),
		writeFile(dir, k.Manifest.VerifyingKey.String(), k.verifier.key.WriteTo),
	)
	if err == nil {
		err = writeFile(dir, ManifestFile, bytes.NewReader(manifest).WriteTo)
	}
	if err != nil {
		return Hash{}, fmt.Errorf("write keys: %w", err)
	}
	return sha256.Sum256(manifest), nil
}

// writeFile puts a file in its place once all of it is on disk.
func writeFile(dir, name string, write func(io.Writer) (int64, error)) error {
	f, err := os.CreateTemp(dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = write(f)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(dir, name))
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// readVerifying reads the verifying key that a manifest names, holding the file to its hash before any of it is interpreted.
func readVerifying(dir string, c *Circuit, manifest []byte) (*Verifying, error) {
	v := new(Verifying)
	if err := decodeJSON(manifest, &v.Manifest); err != nil {
		return nil, fmt.Errorf("%s: %w", ManifestFile, err)
	}
	data, err := readPinned(dir, v.Manifest.VerifyingKey)
	if err != nil {
		return nil, fmt.Errorf("verifying key: %w", err)
	}
	if v.verifier, err = NewVerifier(c.Statement, data, v.Manifest.VerifyingKey); err != nil {
		return nil, err
	}
	return v, v.check(c)
}

// readProving reads the proving key beside a verifying key, in the same way.
func (v *Verifying) readProving(dir string, c *Circuit) (*Keys, error) {
	data, err := readPinned(dir, v.Manifest.ProvingKey)
	if err != nil {
		return nil, fmt.Errorf("proving key: %w", err)
	}
	k := &Keys{Verifying: *v, Circuit: c, proving: new(groth16.ProvingKey)}
	if err := readAll(data, k.proving.ReadFrom); err != nil {
		return nil, fmt.Errorf("proving key: %w", err)
	}
	return k, k.check()
}

func readPinned(dir string, pin Hash) ([]byte, error) {
	data, err := os.ReadFile(filepath.Join(dir, pin.String()))
	if err != nil {
		return nil, err
	}
	if h := Hash(sha256.Sum256(data)); h != pin {
		return nil, fmt.Errorf("file %s: SHA-256 is %s: %w", pin, h, ErrWrongKey)
	}
	return data, nil
}

// readAll reads one value that is all of data.
func readAll(data []byte, read func(io.Reader) (int64, error)) error {
	r := bytes.NewReader(data)
	if _, err := read(r); err != nil {
		return err
	}
	if r.Len() != 0 {
		return fmt.Errorf("%d bytes too many", r.Len())
	}
	return nil
}
