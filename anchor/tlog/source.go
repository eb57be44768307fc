package tlog

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// maxFile bounds what is read of one file: above any bundle, tile or checkpoint of ours.
const maxFile = 64 << 10

// Folder reads a log's files under a folder, as Tessera's POSIX driver or a local Copy writes them.
func Folder(dir string) Source { return folder(dir) }

type folder string

// Get implements [Source].
func (d folder) Get(_ context.Context, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%q is no file of a log: %w", name, fs.ErrNotExist)
	}
	f, err := os.Open(filepath.Join(string(d), filepath.FromSlash(name)))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readBounded(f, name)
}

// URL reads a log that is served as C2SP tlog-tiles under a base URL of http or https. A nil client is one of its own, with a
// timeout of 30 seconds for a file. Whatever is not 200 or 404 is an error.
func URL(base string, c *http.Client) (Source, error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, fmt.Errorf("the log's URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("the log's URL %q is not of http or https, or has a query", base)
	}
	if c == nil {
		c = &http.Client{Timeout: 30 * time.Second}
	}
	return &remote{base: u, client: c}, nil
}

type remote struct {
	base   *url.URL
	client *http.Client
}

// Get implements [Source].
func (r *remote) Get(ctx context.Context, name string) ([]byte, error) {
	if !fs.ValidPath(name) {
		return nil, fmt.Errorf("%q is no file of a log: %w", name, fs.ErrNotExist)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, r.base.JoinPath(name).String(), nil) //nolint:gosec // below base
	if err != nil {
		return nil, err
	}
	response, err := r.client.Do(request) //nolint:gosec // base is the caller's choice
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	switch response.StatusCode {
	case http.StatusOK:
		return readBounded(response.Body, name)
	case http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", request.URL, fs.ErrNotExist)
	}
	return nil, fmt.Errorf("%s: %s", request.URL, response.Status)
}

func readBounded(from io.Reader, name string) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = errors.New("too long for a file of a log")
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	return data, nil
}
