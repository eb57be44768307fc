package soundness

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/circuits/circuittest"
)

const separator = " › "

// place is a group in words: the source of the lines that ask for it.
func (r *run) place(group string) string {
	var words []string
	for line := range strings.Lines(group) {
		words = append(words, source(strings.TrimSpace(line)))
	}
	return strings.Join(words, separator)
}

// source is the text of a line, given as its file and number, without the comment behind it.
func source(at string) string {
	file, number, _ := strings.Cut(at, ".go:")
	data, err := os.ReadFile(file + ".go")
	n, notNumber := strconv.Atoi(number)
	lines := strings.Split(string(data), "\n")
	if err != nil || notNumber != nil || n > len(lines) {
		return filepath.Base(at)
	}
	text, _, _ := strings.Cut(lines[n-1], " //")
	return strings.TrimSpace(text)
}

// report is the campaign's outcome as a section of a page.
func (r *run) report(t *testing.T) string {
	t.Helper()
	c := circuittest.Compile(t, r.Statement)
	var b strings.Builder
	survivors := r.survivors()
	fmt.Fprintf(&b, "## %s\n\n%d constraints in %d groups; %d attacks, %d inputs changed alone. Survivors: %d groups and %d kinds of inputs.\n\n",
		r.Statement.Name(), c.Constraints, len(r.groups), len(r.Attacks), len(r.inputs), len(survivors.groups), len(survivors.inputs))
	b.WriteString("| group of constraints | first attack that is accepted without it |\n|---|---|\n")
	for _, g := range r.groups {
		by := r.killedBy[g]
		if by == "" {
			by = "**none**: " + r.reason(r.place(g))
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", strings.ReplaceAll(r.place(g), "|", "\\|"), by)
	}
	if len(survivors.inputs) > 0 {
		b.WriteString("\n| input that may be anything | why |\n|---|---|\n")
		for _, kind := range survivors.inputs {
			fmt.Fprintf(&b, "| `%s` | %s |\n", kind, r.Reasons[kind])
		}
	}
	return b.String() + "\n"
}

type survivors struct{ groups, inputs []string }

func (r *run) survivors() (s survivors) {
	for _, g := range r.groups {
		if r.killedBy[g] == "" {
			s.groups = append(s.groups, g)
		}
	}
	kinds := map[string]bool{}
	for name, by := range r.inputs {
		if by == "" {
			kinds[withoutIndices(name)] = true
		}
	}
	s.inputs = slices.Sorted(maps.Keys(kinds))
	return s
}
