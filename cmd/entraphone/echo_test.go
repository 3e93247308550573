package main

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Whatever somebody makes of the request who answers in Graph's place or in that of
// the sign-in service, neither token nor secret stands on a screen or in a file
// afterwards, no number of the run in a log, and nothing that grows with it.
func TestEchoesOfTheRequest(t *testing.T) {
	const token, number = "0.AXoAq7Zt-opaqueTokenOfThisRun_1234567890", "+1 2065550101"
	echo := func(r *http.Request) string {
		body, _ := io.ReadAll(r.Body)
		return "Authorization: " + r.Header.Get("Authorization") + "\x1b[31m " + string(body) + " " + number
	}
	hijacked := func(words string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			connection, _, err := w.(http.Hijacker).Hijack()
			if err != nil {
				t.Error(err)
				return
			}
			_, _ = io.WriteString(connection, strings.ReplaceAll(words, "ECHO", text))
			_ = connection.Close()
		}
	}
	answers := map[string]http.HandlerFunc{
		"a status line": hijacked("HTTP/1.1 ECHO\r\n\r\n"),
		"no HTTP":       hijacked("ECHO"),
		"a header":      hijacked("HTTP/1.1 200 OK\r\nECHO\x00\r\n\r\n"),
		"a length":      hijacked("HTTP/1.1 200 OK\r\nContent-Length: ECHO\r\n\r\n"),
		"a chunk":       hijacked("HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\nECHO\r\n"),
		"a long line":   hijacked("HTTP/1.1 400 " + strings.Repeat("ECHO", 20000) + "\r\n\r\n"),
		"a page": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(403)
			_, _ = io.WriteString(w, "<html>"+echo(r))
		},
		"an error": asError(echo, 400),
		"an error of 1 MB": func(w http.ResponseWriter, r *http.Request) {
			text := echo(r)
			asError(func(*http.Request) string { return strings.Repeat(text, 1<<20/len(text)) }, 400)(w, r)
		},
		"a throttle": asError(echo, 429),
		"a redirect": func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Location"] = []string{"https://" + strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") + ".example/"}
			w.WriteHeader(302)
		},
		"an id": func(w http.ResponseWriter, r *http.Request) {
			w.Header()["Request-Id"] = []string{r.Header.Get("Authorization")}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(403)
			_, _ = io.WriteString(w, `{"error":{"code":"accessDenied","message":"no"}}`)
		},
	}
	file := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(file, []byte("UPN,Mobile\na@example.com,"+number+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, answer := range answers {
		server := httptest.NewServer(answer)
		for where, args := range map[string][]string{
			"Graph":   {"--auth", "token"},
			"sign-in": {"--auth", "secret", "--authority", server.URL},
		} {
			state := t.TempDir()
			var out bytes.Buffer
			environment := map[string]string{"ENTRAPHONE_ACCESS_TOKEN": token, "AZURE_CLIENT_SECRET": token}
			code := run(t.Context(), process{
				args: append([]string{"import", file, "--graph-endpoint", server.URL, "--tenant-id", "t.example.com", "--client-id", "app",
					"--state", state, "--give-up-after", "300ms", "--mask", "--keep-input=false", "--log-level", "debug"}, args...),
				getenv: func(name string) string { return environment[name] }, stdin: strings.NewReader(""), stdout: &out, stderr: &out,
			})
			if code == exitDone || code == exitUsage {
				t.Errorf("%s of %s: exit code %d: %s", name, where, code, out.String())
			}
			texts := map[string]string{"output": out.String()}
			err := filepath.WalkDir(state, func(path string, entry fs.DirEntry, err error) error {
				if err != nil || !entry.Type().IsRegular() { // "latest" is a link
					return err
				}
				text, err := os.ReadFile(path)
				texts[filepath.Base(path)] = string(text)
				if filepath.Base(path) == pageFile {
					texts["the rows of "+pageFile] = rowsOfPage(t, string(text))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
			for place, text := range texts {
				for _, secret := range []string{token, token[:16], token[len(token)-16:], "\x1b[31m"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s of %s: %s holds %q: %.2000s", name, where, place, secret, text)
					}
				}
				if place != "journal.jsonl" && !strings.HasPrefix(place, "rejects") && strings.Contains(text, "2065550101") {
					t.Errorf("%s of %s: %s holds the number: %.2000s", name, where, place, text)
				}
				most := 20_000
				if place == pageFile {
					most = 35_000 // of which 30,000 are its style and its script
				}
				if !strings.HasSuffix(place, ".db") && len(text) > most {
					t.Errorf("%s of %s: %s has %d bytes", name, where, place, len(text))
				}
			}
		}
		server.Close()
	}
}

// rowsOfPage are the rows that report.html has packed inside, as its script reads them.
func rowsOfPage(t *testing.T, page string) string {
	t.Helper()
	_, packed, _ := strings.Cut(page, `id="rows">`)
	packed, _, _ = strings.Cut(packed, "</script>")
	unpacked, err := gzip.NewReader(base64.NewDecoder(base64.StdEncoding, strings.NewReader(packed)))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil || !strings.Contains(string(text), "a@example.com") {
		t.Fatalf("the rows of the page: %v: %.200s", err, text)
	}
	return string(text)
}

// asError answers in Graph's own form, with the text wherever one may stand.
func asError(text func(*http.Request) string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		quoted := strings.NewReplacer("\x1b", `\u001b`, `"`, `\"`).Replace(text(r))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"error":{"code":"`+quoted+`","message":"`+quoted+`","innerError":{"request-id":"`+quoted+`"}},"trace_id":"`+quoted+`"}`)
	}
}
