package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far long work is: a bar with rate and time left on a terminal, plain lines otherwise.
type progress struct {
	p     *program
	what  string
	bar   *progressbar.ProgressBar // nil when standard error is no terminal
	files int
	done  int
	last  time.Time
}

// lineInterval is how often a plain line is printed.
const lineInterval = 5 * time.Second

func (p *program) progress(what string, files []string) *progress {
	pr := &progress{p: p, what: what, files: len(files), last: time.Now()}
	if interactive(p.stderr) {
		pr.bar = progressbar.NewOptions64(totalSize(files), progressbar.OptionSetWriter(p.stderr),
			progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(true), progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(), progressbar.OptionFullWidth())
	}
	return pr
}

// open opens a file whose reading moves the bar.
func (pr *progress) open(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if err != nil || pr.bar == nil {
		return f, err
	}
	r := progressbar.NewReader(f, pr.bar)
	return &r, nil
}

func (pr *progress) fileDone() {
	pr.done++
	if pr.bar == nil && time.Since(pr.last) >= lineInterval {
		pr.last = time.Now()
		pr.p.say("%s: %d of %d files", pr.what, pr.done, pr.files)
	}
}

// say prints a line above the bar.
func (pr *progress) say(format string, args ...any) {
	if pr.bar != nil {
		_ = pr.bar.Clear() // only the picture suffers
	}
	pr.p.say(format, args...)
}

func (pr *progress) finish() {
	if pr.bar != nil {
		_ = pr.bar.Finish() // only the picture suffers
	}
}
