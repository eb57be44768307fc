package api

import (
	"regexp"
	"strconv"
	"strings"
)

// byteRange is what a Range header asks for (RFC 9110, section 14.1.2): first to last, both included; last is -1 for "up to the
// end". With a suffix it is the last so many bytes.
type byteRange struct {
	given       bool
	first, last int64
	suffix      bool
}

// span is a part of a record, by where it starts and how long it is.
type span struct{ offset, length int64 }

var oneRange = regexp.MustCompile(`^[bB][yY][tT][eE][sS]=[ \t]*([0-9]*)-([0-9]*)[ \t]*$`)

// parseRange reads a Range header; none, or one in another unit, asks for everything. Several ranges, and what is no range, are
// refused as bad-range: the whole would disclose more than was asked for.
func parseRange(header string) (byteRange, error) {
	unit, _, _ := strings.Cut(header, "=")
	if header == "" || !strings.EqualFold(unit, "bytes") && strings.Contains(header, "=") {
		return byteRange{last: -1}, nil
	}
	m := oneRange.FindStringSubmatch(header)
	if m == nil || m[1] == "" && m[2] == "" {
		return byteRange{}, refuse(codeRange, "it is not one range of bytes")
	}
	r := byteRange{given: true, first: -1, last: -1, suffix: m[1] == ""}
	var err error
	if m[1] != "" {
		r.first, err = strconv.ParseInt(m[1], 10, 64)
	}
	if m[2] != "" && err == nil {
		r.last, err = strconv.ParseInt(m[2], 10, 64)
	}
	if err != nil || !r.suffix && r.last >= 0 && r.last < r.first {
		return byteRange{}, refuse(codeRange, "it ends before it begins, or has a number that is too large")
	}
	return r, nil
}

// within is what a range means for a record of a size, and whether any of it is there.
func (r byteRange) within(size int64) (span, bool) {
	switch {
	case !r.given:
		return span{0, size}, true
	case r.suffix:
		n := min(r.last, size)
		return span{size - n, n}, n > 0
	case r.first >= size:
		return span{}, false
	case r.last < 0 || r.last >= size:
		return span{r.first, size - r.first}, true
	}
	return span{r.first, r.last - r.first + 1}, true
}
