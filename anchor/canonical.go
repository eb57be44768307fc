package anchor

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// encodeJSON is the one form of our files: two spaces of indentation, no escapes for HTML, a newline at the end.
func encodeJSON(v any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}

// decodeJSON refuses unknown fields. Whatever else is not canonical shows when what was read is written again: see sameForm.
func decodeJSON(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// sameForm names the first line where a file differs from the canonical form of what it says.
func sameForm(data, canonical []byte) error {
	if bytes.Equal(data, canonical) {
		return nil
	}
	got, want := bytes.Split(data, []byte("\n")), bytes.Split(canonical, []byte("\n"))
	for i := range min(len(got), len(want)) {
		if !bytes.Equal(got[i], want[i]) {
			return invalid("not in the canonical form: line %d is %.80q, not %.80q", i+1, got[i], want[i])
		}
	}
	return invalid("not in the canonical form: %d lines, not %d", len(got), len(want))
}

// checkAddress holds a contract's address to the mixed case of EIP-55.
func checkAddress(field, address string) error {
	if !common.IsHexAddress(address) {
		return invalid("%s: %.60q is not an address", field, address)
	}
	a := common.HexToAddress(address)
	if a == (common.Address{}) {
		return invalid("%s: the zero address", field)
	}
	if a.Hex() != address {
		return invalid("%s: %s has not the checksum of EIP-55", field, address)
	}
	return nil
}

// checkFormat says which file it is not.
func checkFormat(format, want string) error {
	if format == "" {
		return errors.New("format: missing")
	}
	if format != want {
		return fmt.Errorf("format: %.60q, not %q", format, want)
	}
	return nil
}
