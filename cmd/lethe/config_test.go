package main

import (
	"bytes"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
)

// The example is the documentation of the configuration: it holds every key, with its default.
func TestExampleConfigurationIsCompleteAndTheDefault(t *testing.T) {
	const file = "../../lethe.example.yaml"
	got, err := readConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if want := defaultConfig(); !reflect.DeepEqual(got, want) {
		t.Fatalf("the example says\n%+v, the defaults are\n%+v", got, want)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range keysOf(reflect.TypeFor[config]()) {
		if !bytes.Contains(text, []byte(key+":")) {
			t.Errorf("the example does not hold %q", key)
		}
	}
}

func keysOf(s reflect.Type) (all []string) {
	for f := range s.NumField() {
		field := s.Field(f)
		all = append(all, field.Tag.Get("yaml"))
		if field.Type.Kind() == reflect.Struct {
			all = append(all, keysOf(field.Type)...)
		}
	}
	return all
}

func TestSecretsAreReadFromTheirPlaces(t *testing.T) {
	const key = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
	file := t.TempDir() + "/root.key"
	for text, good := range map[string]bool{key: true, key + "\n": true, key[:62]: false, key + "00": false, strings.Replace(key, "0", "x", 1): false, "": false} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		k, err := secret{File: file}.key()
		if (err == nil) != good {
			t.Errorf("key of %d characters: %v", len(text), err)
		}
		if err != nil && len(text) > 8 && strings.Contains(err.Error(), text[8:]) {
			t.Error("the error holds the secret")
		}
		if good && k.IsZero() {
			t.Error("a key of zeros came out")
		}
	}
	if k, err := (secret{}).key(); k != nil || err != nil {
		t.Errorf("no secret: %v, %v", k, err)
	}
}

// Two providers that are to agree must be two, however their URLs are spelt.
func TestOneProviderTwiceIsRefused(t *testing.T) {
	file := t.TempDir() + "/lethe.yaml"
	for rpc, good := range map[string]bool{
		"http://a:1, http://a:2": true, "http://a:1, http://a:1": false, "http://a:1, http://b:1, HTTP://A:1/": false,
	} {
		text := "anchor:\n  submitter_key: {env: KEY}\n  rpc: [" + rpc + "]\n"
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readConfig(file); (err == nil) != good || !good && !strings.Contains(err.Error(), "anchor.rpc") {
			t.Errorf("%s: %v", rpc, err)
		}
	}
}

func TestThreat05SwapIsNoticed(t *testing.T) {
	const heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	for text, want := range map[string]bool{
		heading: false, "": false, strings.TrimSpace(heading): false,
		heading + "/dev/sda2                               partition\t8388604\t\t0\t\t-2\n": true,
	} {
		if swapOn(text) != want {
			t.Errorf("swapOn(%q) is not %v", text, want)
		}
	}
}

func TestLogLevels(t *testing.T) {
	var out bytes.Buffer
	c := logConfig{Level: slog.LevelWarn, Format: "json"}
	c.logger(&out, false).Info("hidden")
	c.logger(&out, true).Info("shown")
	if got := out.String(); strings.Contains(got, "hidden") || !strings.Contains(got, `"msg":"shown"`) {
		t.Errorf("logged %q", got)
	}
}
