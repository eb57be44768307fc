package trial

import (
	"fmt"
	"html"
	"io"
	"strings"
	"time"

	rollup "lethe/circuits/trial"
)

// Sizes of the picture, in SVG's user units.
const (
	wide, left, right = 960, 70, 30
	panel, gap, top   = 120, 46, 60
)

// curve is one line of a panel: a number at the time of each batch.
type curve struct {
	name, colour string
	at           func(rollup.State) uint32
}

// panels are the timeline's, from the top.
func panels() []struct {
	title  string
	curves []curve
} {
	return []struct {
		title  string
		curves []curve
	}{
		{"participants", []curve{
			{"enrolled", "#1b6ca8", func(s rollup.State) uint32 { return uint32(s.Participants) }},
			{"re-consents", "#7fb3d5", func(s rollup.State) uint32 { return s.Activity.Reconsents }},
			{"withdrawn, discontinued or lost", "#b0413e", func(s rollup.State) uint32 {
				return s.Activity.Withdrawals + s.Activity.Discontinuations + s.Activity.Lost
			}},
		}},
		{"visits", []curve{
			{"visits", "#2e7d32", func(s rollup.State) uint32 { return s.Activity.Visits }},
			{"corrections", "#a5c8a7", func(s rollup.State) uint32 { return s.Activity.Corrections }},
		}},
		{"safety", []curve{{"serious events", "#c0392b", func(s rollup.State) uint32 { return s.Activity.SeriousEvents }}}},
		{"deviations", []curve{
			{"critical", "#c0392b", func(s rollup.State) uint32 { return deviations(s, true) }},
			{"others", "#d68910", func(s rollup.State) uint32 { return deviations(s, false) }},
		}},
	}
}

func deviations(s rollup.State, critical bool) (n uint32) {
	is := map[int]bool{}
	for _, lane := range rollup.Critical {
		is[lane] = true
	}
	for lane, count := range s.Deviations.Lanes() {
		if is[lane] == critical {
			n += count
		}
	}
	return n
}

// Timeline draws what a trial has come to, batch by batch, as an SVG picture: participants, visits, serious events and deviations, with its amendments
// and flags. It shows numbers alone and nobody's events.
func (r *Record) Timeline(w io.Writer) error {
	p, err := r.Protocol()
	if err != nil {
		return err
	}
	d := &drawing{record: r}
	d.from, d.until = r.Protocols[0].When, r.Protocols[0].When+1
	if n := len(r.Batches); n > 0 {
		d.until = max(d.until, r.Batches[n-1].State.Time)
	}
	all := panels()
	high := top + len(all)*(panel+gap) + 20
	d.add(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img">`, wide, high)
	d.add(`<title>%s</title><rect width="100%%" height="100%%" fill="white"/>`, html.EscapeString("Timeline of "+p.Plan.Name))
	d.add(`<text x="%d" y="28" font-size="18">%s</text>`, left, html.EscapeString(p.Plan.Name))
	for i, one := range all {
		d.panel(top+i*(panel+gap), one.title, one.curves)
	}
	d.marks(high - 40)
	d.add(`</svg>`)
	_, err = io.WriteString(w, d.String())
	return err
}

type drawing struct {
	strings.Builder
	record      *Record
	from, until uint64
}

func (d *drawing) add(format string, args ...any) {
	fmt.Fprintf(d, format+"\n", args...)
}

func (d *drawing) x(when uint64) float64 {
	return left + float64(max(when, d.from)-d.from)/float64(d.until-d.from)*(wide-left-right)
}

// panel draws curves of one scale, with their names and last numbers.
func (d *drawing) panel(y int, title string, curves []curve) {
	most := uint32(1)
	for _, c := range curves {
		for _, b := range d.record.Batches {
			most = max(most, c.at(b.State))
		}
	}
	bottom := y + panel
	d.add(`<text x="%d" y="%d" font-weight="bold">%s</text>`, left, y-8, title)
	d.add(`<path d="M%d %dV%dH%d" fill="none" stroke="#888"/>`, left, y, bottom, wide-right)
	d.add(`<text x="%d" y="%d" text-anchor="end">%d</text><text x="%d" y="%d" text-anchor="end">0</text>`, left-6, y+10, most, left-6, bottom)
	at := left + 110
	for _, c := range curves {
		last := uint32(0)
		path := fmt.Sprintf("M%d %d", left, bottom)
		for _, b := range d.record.Batches {
			last = c.at(b.State)
			path += fmt.Sprintf("H%.1fV%.1f", d.x(b.State.Time), float64(bottom)-float64(last)/float64(most)*panel)
		}
		d.add(`<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`, path, c.colour)
		label := fmt.Sprintf("%s: %d", c.name, last)
		d.add(`<text x="%d" y="%d" fill="%s">%s</text>`, at, y-8, c.colour, label)
		at += 8*len(label) + 20
	}
}

// marks draws amendments and flags across all panels, and the first and last day.
func (d *drawing) marks(bottom int) {
	for i, a := range d.record.Protocols[1:] {
		d.mark(a.When, bottom, "#555", fmt.Sprintf("amendment %d", i+1))
	}
	for _, b := range d.record.Batches {
		if b.Flag {
			d.mark(b.State.Time, bottom, "#c0392b", "safety flag")
		}
	}
	layout := time.DateOnly
	if d.until-d.from < 3*24*60*60 { // where days would say little
		layout = time.DateTime
	}
	date := func(when uint64) string { return time.Unix(int64(when), 0).UTC().Format(layout) }
	d.add(`<text x="%d" y="%d">%s</text>`, left, bottom+16, date(d.from))
	d.add(`<text x="%d" y="%d" text-anchor="end">%s</text>`, wide-right, bottom+16, date(d.until))
}

func (d *drawing) mark(when uint64, bottom int, colour, name string) {
	x := d.x(when)
	d.add(`<path d="M%.1f %dV%d" stroke="%s" stroke-dasharray="4 3"/><text x="%.1f" y="%d" fill="%s" text-anchor="middle">%s</text>`,
		x, top-14, bottom, colour, x, top-18, colour, name)
}
